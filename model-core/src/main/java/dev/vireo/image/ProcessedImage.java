// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * A picture as a vision tower takes it, before rescaling and normalisation, which happen on the device.
 *
 * <p>Tiles are uint8 [tileCount, 3, tileHeight, tileWidth], contiguous. The array is not copied: nobody writes to it.
 */
public final class ProcessedImage {
    private final byte[] tiles;
    private final int tileCount;
    private final int tileHeight;
    private final int tileWidth;
    private final int imageHeight;
    private final int imageWidth;

    /**
     * @param imageHeight height in pixels of the picture before any resizing, after its orientation was applied
     * @param imageWidth its width
     */
    public ProcessedImage(byte[] tiles, int tileCount, int tileHeight, int tileWidth, int imageHeight, int imageWidth) {
        if (tiles.length != 3L * tileCount * tileHeight * tileWidth) {
            throw new IllegalArgumentException("Cannot make " + tileCount + " tiles of 3 x " + tileHeight + " x "
                    + tileWidth + " from " + tiles.length + " bytes");
        }
        this.tiles = tiles;
        this.tileCount = tileCount;
        this.tileHeight = tileHeight;
        this.tileWidth = tileWidth;
        this.imageHeight = imageHeight;
        this.imageWidth = imageWidth;
    }

    public byte[] tiles() {
        return tiles;
    }

    public int tileCount() {
        return tileCount;
    }

    public int tileHeight() {
        return tileHeight;
    }

    public int tileWidth() {
        return tileWidth;
    }

    public int imageHeight() {
        return imageHeight;
    }

    public int imageWidth() {
        return imageWidth;
    }
}
