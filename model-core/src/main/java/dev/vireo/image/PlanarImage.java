// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/** A resized picture: uint8 [3, height, width], contiguous. The array is not copied: nobody writes to it. */
public final class PlanarImage {
    private final byte[] planes;
    private final int height;
    private final int width;

    PlanarImage(byte[] planes, int height, int width) {
        this.planes = planes;
        this.height = height;
        this.width = width;
    }

    public byte[] planes() {
        return planes;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /**
     * Copies what falls into a tile of three planes, [3, tile height, tile width].
     *
     * @param top where the picture's first row comes to lie, in the tile's coordinates; may be negative or outside
     * @param left the same for its first column
     */
    public void draw(byte[] tiles, int tileOffset, int tileHeight, int tileWidth, int top, int left) {
        int firstRow = Math.max(0, top);
        int lastRow = Math.min(tileHeight, top + height);
        int firstColumn = Math.max(0, left);
        int count = Math.min(tileWidth, left + width) - firstColumn;
        if (count <= 0) {
            return;
        }
        for (int channel = 0; channel < 3; channel++) {
            for (int y = firstRow; y < lastRow; y++) {
                int source = (channel * height + y - top) * width + firstColumn - left;
                int target = tileOffset + (channel * tileHeight + y) * tileWidth + firstColumn;
                System.arraycopy(planes, source, tiles, target, count);
            }
        }
    }
}
