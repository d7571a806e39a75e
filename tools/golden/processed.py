"""What each checkpoint's image processor (torchvision backend) makes of every test picture."""

import hashlib

import numpy
from PIL import Image
from transformers import (
    AutoProcessor,
    Idefics2ImageProcessor,
    Idefics2Processor,
    Idefics3ImageProcessor,
    Idefics3Processor,
    LlavaImageProcessor,
    LlavaNextImageProcessor,
    LlavaOnevisionImageProcessor,
)

import checkpoints
import idefics2
import idefics3
import layout
import pictures

RAW = dict(do_rescale=False, do_normalize=False, return_tensors="pt")
FILES = ["large.jpg", "tall.jpg", "wide.png", "jpeg-progressive.jpg", "png-rgb.png", "one-pixel.png"]
DRAWN = [(480, 640), (1024, 899), (1080, 1920), (1200, 300)]  # height, width


def drawn(height, width):
    """A picture of a usual size, which tests draw by the same formula."""
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [(3 * x + 2 * y) % 256, x * y // 97 % 256, (x // 9 + y // 13) * 37 % 256]
    return Image.fromarray(numpy.stack(planes, -1).astype(numpy.uint8))


def tiles(image_processor, image, others=(), patch=idefics2.PATCH):
    """uint8 [tiles, 3, height, width] before rescaling and normalisation; `others`: what else is in its row. A list where
    tiles differ in size."""
    if image_processor.__class__.__name__ == "Idefics2ImageProcessor":
        return idefics2.tiles(image_processor, image, others, patch)
    pixels = image_processor([[image, *others]], **RAW)["pixel_values"]
    if image_processor.__class__.__name__ in ("Idefics3ImageProcessor", "SmolVLMImageProcessor"):
        pixels = pixels[:, : pixels.shape[1] // (1 + len(others))]  # a row's pictures one after the other
    pixels = pixels[0] if pixels.ndim == 5 else pixels[:1]
    levels = pixels.round().clamp(0, 255).byte()
    assert (levels.float() == pixels.float()).all()
    return levels


def image_tokens(processor, image, others=0):
    text = processor(
        images=[[image] * (1 + others)], text=["<image>" * (1 + others)], return_tensors="pt", add_special_tokens=False
    )
    return int((text["input_ids"] == processor.image_token_id).sum()) // (1 + others)


def placeholders(processor, image):
    """How many times image tokens stand behind other tokens, where it is not once."""
    text = processor(images=[[image]], text=["<image>"], return_tensors="pt", add_special_tokens=False)
    found = (text["input_ids"][0] == processor.image_token_id).int()
    starts = int(found[0]) + int((found.diff() == 1).sum())
    return {} if starts == 1 else {"image_placeholders": starts}


def digest(levels):
    return hashlib.sha256(b"".join(numpy.ascontiguousarray(tile.numpy()).tobytes() for tile in levels)).hexdigest()


def among_others(processor, image):
    """How the picture is treated in a row that has another one."""
    made = tiles(processor.image_processor, image, [image])
    return {
        "sha256_among_others": digest(made),
        "tiles_among_others": len(made),
        "image_tokens_among_others": image_tokens(processor, image, others=1),
    }


def write(name):
    processor = AutoProcessor.from_pretrained(layout.ROOT / name / "model")
    tensors, facts = {}, {}
    for file in pictures.names():
        image = pictures.received(processor, pictures.load(file))
        if not has_quarters(processor, image):
            continue  # an error there
        tensors[file] = tiles(processor.image_processor, image)
        facts[file] = {
            "image_height": image.height,
            "image_width": image.width,
            "tiles": len(tensors[file]),
            "image_tokens": image_tokens(processor, image),
            **placeholders(processor, image),
        }
        if name in checkpoints.DIGESTS:
            facts[file] |= {"sha256": digest(tensors[file]), **among_others(processor, image)}
    layout.write_json(layout.ROOT / name / "images.json", facts)
    if name in checkpoints.TILES:
        write_tensors(name, processor, tensors)


def write_tensors(name, processor, tensors):
    layout.write_tensors(layout.ROOT / name / "images.safetensors", tensors)
    normalised = processor.image_processor([pictures.load("large.jpg")], return_tensors="pt")["pixel_values"]
    layout.write_tensors(layout.ROOT / name / "normalised.safetensors", {"large.jpg": normalised.reshape(-1, *normalised.shape[-3:])})


def has_quarters(processor, image):
    """False where Idefics2's processor fails."""
    quarters = processor.__class__.__name__ == "Idefics2Processor" and processor.image_processor.do_image_splitting
    return not quarters or min(image.size) > 1


def published():
    """By label what makes tiles as the published models do: of Idefics2 and Idefics3, whose prompts follow the tiles, processors."""
    size = dict(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336})
    smol = dict(size={"longest_edge": 2048}, max_image_size={"longest_edge": 512})
    specials = idefics2.tokenizer([idefics2.FAKE, idefics2.END])
    return {
        "llava": LlavaImageProcessor(**size),
        "llava_next": LlavaNextImageProcessor(**size),
        "llava_onevision": LlavaOnevisionImageProcessor(),
        "idefics2": Idefics2Processor(Idefics2ImageProcessor(do_image_splitting=True), specials, 64),
        "idefics2-unsplit": Idefics2Processor(Idefics2ImageProcessor(), specials, 64),
        "idefics3": Idefics3Processor(Idefics3ImageProcessor(), idefics3.tokenizer(), 169),
        "idefics3-unsplit": Idefics3Processor(
            Idefics3ImageProcessor(do_image_splitting=False), idefics3.tokenizer(), 169
        ),
        "smolvlm": Idefics3Processor(Idefics3ImageProcessor(**smol), idefics3.tokenizer(), 64),
    }


def write_full_size():
    """Counts and SHA-256 of the tiles at the published sizes, too large to keep as tensors."""
    images = {file: pictures.load(file) for file in FILES}
    images |= {f"{height}x{width}": drawn(height, width) for height, width in DRAWN}
    facts = {}
    for label, processor in published().items():
        image_processor = getattr(processor, "image_processor", processor)
        for name, image in images.items():
            if not has_quarters(processor, image):
                continue
            made = tiles(image_processor, image, patch=14)
            facts.setdefault(label, {})[name] = {"tiles": len(made), "sha256": digest(made)}
            if processor is not image_processor:
                facts[label][name] |= {"image_tokens": image_tokens(processor, image), **placeholders(processor, image)}
    layout.write_json(layout.IMAGES / "full-size.json", facts)


def main():
    layout.seed(0)
    for name in layout.wanted(checkpoints.NAMES):
        write(name)
    write_full_size()


if __name__ == "__main__":
    main()
