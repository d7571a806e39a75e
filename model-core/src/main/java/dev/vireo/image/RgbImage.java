// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/** A decoded picture: uint8 [height, width, 3], contiguous. The array is not copied: nobody writes to it. */
public final class RgbImage {
    private final byte[] pixels;
    private final int height;
    private final int width;

    public RgbImage(byte[] pixels, int height, int width) {
        if (height < 1 || width < 1 || pixels.length != 3L * height * width) {
            throw new IllegalArgumentException(
                    "Cannot make a picture of " + height + " x " + width + " pixels from " + pixels.length + " bytes");
        }
        this.pixels = pixels;
        this.height = height;
        this.width = width;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    public byte[] pixels() {
        return pixels;
    }
}
