"""What each checkpoint's image processor (torchvision backend) makes of every test picture."""

import hashlib

import numpy
from transformers import AutoProcessor
from transformers import LlavaImageProcessor, LlavaNextImageProcessor, LlavaOnevisionImageProcessor

import checkpoints
import idefics2
import layout
import pictures

RAW = dict(do_rescale=False, do_normalize=False, return_tensors="pt")


def tiles(image_processor, image, others=()):
    """uint8 [tiles, 3, height, width] before rescaling and normalisation; `others`: what else is in its row. A list where
    tiles differ in size."""
    if image_processor.__class__.__name__ == "Idefics2ImageProcessor":
        return idefics2.tiles(image_processor, image, others)
    pixels = image_processor([[image, *others]], **RAW)["pixel_values"]
    if image_processor.__class__.__name__ == "Idefics3ImageProcessor":
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
        if name.startswith("idefics2") and min(image.size) < 2:
            continue  # has no quarters: an error there
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


def write_full_size():
    """SHA-256 of the tiles at the published size (336 and 384 pixels), too large to keep as tensors."""
    size = dict(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336})
    facts = {}
    processors = {
        "llava": LlavaImageProcessor(**size),
        "llava_next": LlavaNextImageProcessor(**size),
        "llava_onevision": LlavaOnevisionImageProcessor(),
    }
    for label, processor in processors.items():
        for file in ["large.jpg", "tall.jpg", "wide.png", "jpeg-progressive.jpg", "png-rgb.png", "one-pixel.png"]:
            made = tiles(processor, pictures.load(file))
            facts.setdefault(label, {})[file] = {
                "shape": list(made.shape),
                "sha256": digest(made),
            }
    layout.write_json(layout.IMAGES / "full-size.json", facts)


def main():
    layout.seed(0)
    for name in layout.wanted(checkpoints.NAMES):
        write(name)
    write_full_size()


if __name__ == "__main__":
    main()
