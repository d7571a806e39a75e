"""Small pictures in every encoding that data sets use, and their pixels as the processor receives them."""

import hashlib
import io
import math
import shutil
import struct
import zlib

import numpy
from PIL import Image, ImageOps
from transformers.image_transforms import convert_to_rgb
from transformers.image_utils import load_image

import layout


def scene(height, width, value):
    """A smooth ground, a few rectangles and noise: edges for the resizer, texture for the decoder."""
    generator = numpy.random.default_rng(value)
    rows = numpy.linspace(0, 1, height)[:, None]
    columns = numpy.linspace(0, 1, width)[None, :]
    waves = [numpy.sin(6.3 * (a * rows + b * columns + c)) for a, b, c in generator.uniform(0, 2, (3, 3))]
    pixels = numpy.stack(waves, axis=-1) * 90 + 128
    for _ in range(5):
        top, left = generator.integers(0, max(1, height - 1)), generator.integers(0, max(1, width - 1))
        high, wide = generator.integers(1, 2 + height // 2), generator.integers(1, 2 + width // 2)
        pixels[top : top + high, left : left + wide] = generator.integers(0, 256, 3)
    pixels += generator.normal(0, 6, pixels.shape)
    return numpy.clip(numpy.round(pixels), 0, 255).astype(numpy.uint8)


def picture(height, width, value):
    return Image.fromarray(scene(height, width, value), "RGB")


def alpha(height, width):
    ramp = numpy.linspace(0, 255, height * width).reshape(height, width)
    return Image.fromarray(ramp.astype(numpy.uint8), "L")


def with_alpha(height, width, value):
    image = picture(height, width, value)
    image.putalpha(alpha(height, width))
    return image


def orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def png_rgb16(height, width, value):
    """A 16-bit RGB PNG, which Pillow cannot write: big-endian samples, filter 0."""
    samples = scene(height, width, value).astype(numpy.uint32) * 257
    samples = numpy.clip(samples + 91, 0, 65535).astype(">u2")
    return png(struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0), samples)


def png(header, rows):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    raw = b"".join(b"\x00" + row.tobytes() for row in rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def sampled(height, width, value, factors):
    """A JPEG whose luma has other sampling factors (horizontal in the upper half byte) than Pillow writes: that of a 4:2:2 picture is patched, so what it shows is
    odd, but it is decoded as every such file."""
    file = io.BytesIO()
    picture(height, width, value).save(file, "JPEG", quality=85, subsampling=1)
    encoded = bytearray(file.getvalue())
    encoded[encoded.index(b"\xff\xc0") + 11] = factors
    return bytes(encoded)


def inks(height, width, value, transform):
    """A JPEG of four inks; Adobe's transform 0 says CMYK, 2 YCCK."""
    file = io.BytesIO()
    picture(height, width, value).convert("CMYK").save(file, "JPEG", quality=90, subsampling=0)
    encoded = bytearray(file.getvalue())
    encoded[encoded.index(b"Adobe") + 11] = transform
    return bytes(encoded)


def interlaced(height, width, value):
    """A PNG in Adam7's seven passes, which Pillow cannot write."""
    samples = scene(height, width, value)
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    rows = [row for left, top, dx, dy in passes for row in samples[top::dy, left::dx] if row.size]
    return png(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1), rows)


def bmp_bits(height, width, value, bits, masks, header=40):
    """A BMP whose pixels are bit fields, which Pillow cannot write; a header of 56 bytes holds the mask of alpha too."""
    stride = (width * bits + 31) // 32 * 4
    rows = numpy.random.default_rng(value).integers(0, 256, stride * height).astype(numpy.uint8).tobytes()
    body = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, 3, len(rows), 2835, 2835, 0, 0) + struct.pack(f"<{len(masks)}I", *masks)
    start = 14 + len(body)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + body + rows


def bmp_runs(value):
    """A BMP of run lengths (RLE8), 13 x 7: runs, and levels as they are."""
    palette = numpy.random.default_rng(value).integers(0, 256, 4 * 256).astype(numpy.uint8).tobytes()
    rows = b"".join(bytes([5, row, 0, 3, 1, 2, 3, 0, 5, 250 - row, 0, 0]) for row in range(7)) + bytes([0, 1])
    body = struct.pack("<IiiHHIIiiII", 40, 13, 7, 1, 8, 1, len(rows), 2835, 2835, 256, 0) + palette
    start = 14 + len(body)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + body + rows


def gif_without_palette(value):
    """A GIF, 13 x 9, whose indices are levels of grey; every sixth code clears the table, so that all codes have four bits."""
    codes = []
    for place, index in enumerate(numpy.random.default_rng(value).integers(0, 8, 13 * 9)):
        codes += [8, int(index)] if place % 6 == 0 else [int(index)]
    codes.append(9)
    codes += [0] * (len(codes) % 2)
    packed = bytes(low | high << 4 for low, high in zip(codes[::2], codes[1::2]))
    return b"GIF89a" + struct.pack("<HHBBB", 13, 9, 0x70, 0, 0) + b"," + struct.pack("<HHHHBB", 0, 0, 13, 9, 0, 3) + bytes([len(packed)]) + packed + b"\0;"


def webp_animation(transparent):
    """Two frames, the first smaller than the canvas of 20 x 30 and with alpha, whether or not the file says that it has."""
    def chunk(kind, body):
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    def triple(value):
        return struct.pack("<I", value)[:3]

    frames = b""
    for left, top, image in ((4, 6, with_alpha(10, 12, 46)), (0, 0, with_alpha(20, 30, 47))):
        file = io.BytesIO()
        image.save(file, "WEBP", lossless=True, exact=True)
        stream = file.getvalue()[file.getvalue().index(b"VP8L") :]
        size = triple(image.width - 1) + triple(image.height - 1)
        frames += chunk(b"ANMF", triple(left // 2) + triple(top // 2) + size + triple(100) + b"\0" + stream)
    body = chunk(b"VP8X", bytes([0x12 if transparent else 0x02, 0, 0, 0]) + triple(29) + triple(19)) + chunk(b"ANIM", struct.pack("<IH", 0xFF2080F0, 0)) + frames
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def grey16(height, width, value):
    levels = scene(height, width, value)[..., 0].astype(numpy.uint16) * 211
    return Image.fromarray(levels)


def encodings():
    """File name to a picture and the options it is saved with."""
    palette = picture(41, 53, 7).convert("P", palette=Image.Palette.ADAPTIVE, colors=23)
    return {
        "jpeg-420.jpg": (picture(97, 75, 1), dict(quality=75, subsampling=2)),
        "jpeg-422.jpg": (picture(61, 83, 2), dict(quality=92, subsampling=1)),
        "jpeg-444.jpg": (picture(64, 64, 3), dict(quality=92, subsampling=0)),
        "jpeg-grey.jpg": (picture(50, 71, 4).convert("L"), dict(quality=80)),
        "jpeg-progressive.jpg": (picture(79, 120, 5), dict(quality=75, subsampling=2, progressive=True)),
        "jpeg-cmyk.jpg": (picture(33, 47, 6).convert("CMYK"), dict(quality=90)),
        **{
            f"jpeg-exif-{value}.jpg": (picture(45, 67, 20 + value), dict(quality=85, exif=orientation(value)))
            for value in (3, 6, 8)
        },
        "png-rgb.png": (picture(30, 30, 8), {}),
        "png-palette.png": (palette, {}),
        "png-palette-transparent.png": (palette, dict(transparency=3)),
        "png-rgba.png": (with_alpha(38, 55, 9), {}),
        "png-grey-alpha.png": (with_alpha(35, 44, 10).convert("LA"), {}),
        "png-grey16.png": (grey16(40, 31, 11), {}),
        "png-bilevel.png": (picture(37, 29, 12).convert("1"), {}),
        "png-rgb16.png": (None, png_rgb16(34, 52, 13)),
        "png-tall.png": (picture(150, 21, 14), {}),
        "webp-lossy.webp": (picture(72, 58, 15), dict(quality=80)),
        "webp-lossless.webp": (picture(43, 66, 16), dict(lossless=True)),
        "webp-alpha.webp": (with_alpha(36, 48, 17), dict(lossless=True, exact=True)),
        "gif.gif": (picture(51, 39, 18).convert("P", palette=Image.Palette.ADAPTIVE), {}),
        "bmp.bmp": (picture(27, 23, 19), {}),
        "wide.png": (picture(20, 131, 30), {}),
        "tall.jpg": (picture(160, 36, 31), dict(quality=90, subsampling=2)),
        "large.jpg": (picture(240, 320, 32), dict(quality=60, subsampling=2)),
        "one-pixel.png": (picture(1, 1, 33), {}),
        "extreme-wide.png": (picture(2, 8000, 34), {}),
        "extreme-tall.png": (picture(8000, 2, 35), {}),
    }


def rare_encodings():
    """Those that matter to the decoder alone: processors are not tried on them."""
    palette = picture(41, 53, 7).convert("P", palette=Image.Palette.ADAPTIVE, colors=23)
    return {
        "jpeg-440.jpg": (None, sampled(64, 64, 36, 0x12)),
        "jpeg-411.jpg": (None, sampled(64, 64, 37, 0x41)),
        "jpeg-ycck.jpg": (None, inks(33, 47, 38, 2)),
        "jpeg-grey-progressive.jpg": (picture(50, 71, 39).convert("L"), dict(quality=80, progressive=True)),
        "png-interlaced.png": (None, interlaced(37, 29, 40)),
        "png-exif-6.png": (picture(33, 47, 41), dict(exif=orientation(6))),
        "webp-exif-8.webp": (picture(33, 47, 42), dict(exif=orientation(8), quality=70)),
        "webp-lossy-alpha.webp": (with_alpha(36, 48, 43), dict(quality=60)),
        "gif-animated.gif": (palette, dict(save_all=True, append_images=[picture(41, 53, 44).convert("P", palette=Image.Palette.ADAPTIVE)])),
        "gif-transparent.gif": (palette, dict(transparency=3)),
        "png-palette-alpha.png": (palette, dict(transparency=bytes(range(0, 253, 11)))),
        "png-colour-transparent.png": (palette.convert("RGB"), dict(transparency=palette.convert("RGB").getpixel((20, 20)))),
        "gif-interlaced.gif": (palette, dict(interlace=1)),
        "bmp-palette.bmp": (palette, {}),
        "bmp-grey.bmp": (picture(27, 23, 45).convert("L"), {}),
        "bmp-565.bmp": (None, bmp_bits(7, 13, 50, 16, (0xF800, 0x7E0, 0x1F))),
        "bmp-alpha.bmp": (None, bmp_bits(7, 13, 51, 32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000), header=56)),
        "bmp-rle8.bmp": (None, bmp_runs(52)),
        "gif-no-palette.gif": (None, gif_without_palette(53)),
        "png-animated.png": (with_alpha(20, 33, 48), dict(save_all=True, append_images=[with_alpha(20, 33, 49)], disposal=2, blend=0)),
        "webp-animated.webp": (with_alpha(20, 33, 48), dict(save_all=True, append_images=[with_alpha(20, 33, 49)], quality=60)),
        "webp-animated-smaller.webp": (None, webp_animation(True)),
        "webp-animated-opaque.webp": (None, webp_animation(False)),
    }


def write_files():
    shutil.rmtree(layout.IMAGES, ignore_errors=True)
    layout.IMAGES.mkdir(parents=True)
    for name, (image, options) in (encodings() | rare_encodings()).items():
        path = layout.IMAGES / name
        if image is None:
            path.write_bytes(options)
        else:
            image.save(path, **options)
    whole = (layout.IMAGES / "jpeg-420.jpg").read_bytes()
    broken = layout.ROOT / "broken-images"
    broken.mkdir(parents=True, exist_ok=True)
    (broken / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (broken / "header-only.png").write_bytes((layout.IMAGES / "png-rgb.png").read_bytes()[:33])
    (broken / "not-an-image.jpg").write_bytes(b"<html><body>404 Not Found</body></html>\n")
    (broken / "empty.png").write_bytes(b"")


def names():
    return sorted(encodings())


def load(name, transpose=True):
    """The picture as `datasets.Image` hands it over: decoded, turned by its EXIF orientation."""
    image = Image.open(io.BytesIO((layout.IMAGES / name).read_bytes()))
    image.load()
    return ImageOps.exif_transpose(image) if transpose else image


def received(processor, image):
    """The picture as the processor hands it to its image processor: Idefics2's loads it first, which drops the alpha channel."""
    return load_image(image) if processor.__class__.__name__ == "Idefics2Processor" else image


def has_alpha(image):
    return "A" in image.getbands() or image.info.get("transparency") is not None


def write_pixels():
    tensors, facts = {}, {}
    for name in sorted(encodings() | rare_encodings()):
        image, stored = load(name), load(name, transpose=False)
        tensors[name] = convert_to_rgb(image, return_numpy=True)
        if has_alpha(image):
            tensors[name + "#loaded"] = convert_to_rgb(load_image(image), return_numpy=True)
        if image.size != stored.size or "exif" in name:
            tensors[name + "#exif-ignored"] = numpy.array(stored.convert("RGB"))
        facts[name] = {
            "format": stored.format,
            "mode": stored.mode,
            "height": image.height,
            "width": image.width,
            "stored_height": stored.height,
            "stored_width": stored.width,
            "has_alpha": has_alpha(image),
            "exif_orientation": stored.getexif().get(0x0112, 1),
        }
    layout.write_tensors(layout.IMAGES / "pixels.safetensors", tensors)
    layout.write_json(layout.IMAGES / "images.json", facts)


def thumbnail(image, edge):
    small = image.copy()
    small.thumbnail((edge, edge))
    return small


def fewer_pixels(image, most):
    """LLaMA-Factory's image_max_pixels."""
    if image.width * image.height <= most:
        return image
    factor = math.sqrt(most / (image.width * image.height))
    return image.resize((max(1, int(image.width * factor)), max(1, int(image.height * factor))))


def write_limited():
    """Sizes and digests of pictures that were made smaller before a processor sees them."""
    facts = []
    for name in ["large.jpg", "tall.jpg", "wide.png", "extreme-wide.png", "png-rgb.png", "jpeg-420.jpg", "one-pixel.png"]:
        image = load(name).convert("RGB")
        for edge, most in [(0, 0), (200, 0), (131, 0), (77, 0), (30, 0), (9, 0), (1, 0), (0, 40000), (0, 5000), (0, 101), (0, 1), (100, 3000)]:
            small = thumbnail(image, edge) if edge else image
            small = fewer_pixels(small, most) if most else small
            digest = hashlib.sha256(small.tobytes()).hexdigest()
            facts.append({"file": name, "longest_edge": edge, "pixels": most, "height": small.height, "width": small.width, "sha256": digest})
    layout.write_json(layout.IMAGES / "limited.json", facts)


def main():
    layout.seed(0)
    write_files()
    write_pixels()
    write_limited()


if __name__ == "__main__":
    main()
