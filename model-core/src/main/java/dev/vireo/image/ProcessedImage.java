// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import java.util.Collections;
import java.util.List;

/**
 * A picture as a vision tower takes it, before rescaling and normalisation, which happen on the device.
 *
 * <p>Tiles are uint8 [3, height, width] each, one after the other. The array is not copied: nobody writes to it.
 */
public final class ProcessedImage {
    private final byte[] tiles;
    private final List<ImageSize> sizes;
    private final ImageSize image;

    /**
     * @param sizes of the tiles
     * @param image the size of the picture before any resizing, after its orientation was applied
     */
    public ProcessedImage(byte[] tiles, List<ImageSize> sizes, ImageSize image) {
        long expected = 0;
        for (ImageSize size : sizes) {
            expected += 3L * size.height() * size.width();
        }
        if (tiles.length != expected) {
            throw new IllegalArgumentException(
                    "Cannot make " + sizes.size() + " tiles of " + sizes + " from " + tiles.length + " bytes");
        }
        this.tiles = tiles;
        this.sizes = List.copyOf(sizes);
        this.image = image;
    }

    /**
     * Tiles of one size.
     *
     * @param imageHeight height in pixels of the picture before any resizing, after its orientation was applied
     * @param imageWidth its width
     */
    public ProcessedImage(byte[] tiles, int tileCount, int tileHeight, int tileWidth, int imageHeight, int imageWidth) {
        this(
                tiles,
                Collections.nCopies(tileCount, new ImageSize(tileHeight, tileWidth)),
                new ImageSize(imageHeight, imageWidth));
    }

    public byte[] tiles() {
        return tiles;
    }

    public int tileCount() {
        return sizes.size();
    }

    /** The tiles' sizes, in their order. */
    public List<ImageSize> tileSizes() {
        return sizes;
    }

    /** The picture's own size. */
    public ImageSize imageSize() {
        return image;
    }

    public int imageHeight() {
        return image.height();
    }

    public int imageWidth() {
        return image.width();
    }
}
