"""Difference hashes of the pictures, by ImageHash, from the pixels that the processor receives."""

import imagehash
import numpy
from PIL import Image
from safetensors.numpy import load_file

import layout


def rows_first(pixels):
    """Shrunk along its rows already: Pillow 13 would begin with the columns of a tall picture, versions before it never did."""
    grey = Image.fromarray(numpy.asarray(pixels), "RGB").convert("L")
    return grey.resize((9, grey.height), Image.Resampling.LANCZOS)


def main():
    pixels = load_file(layout.IMAGES / "pixels.safetensors")
    hashes = {
        name: str(imagehash.dhash(rows_first(picture)))
        for name, picture in sorted(pixels.items())
        if "#" not in name
    }
    layout.write_json(layout.IMAGES / "hashes.json", hashes)


if __name__ == "__main__":
    main()
