// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tower;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.vireo.image.ImageSize;
import dev.vireo.image.ProcessedImage;
import dev.vireo.model.PixelInput;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * All tiles of all images as patches, one after the other row by row, uint8 [T, 3, patch, patch]; and the tiles' grids, int64
 * [n * 2] on the host: rows and columns of patches.
 */
final class PatchRows implements PixelInput {
    private static final int CHANNELS = 3;

    private final int patch;

    PatchRows(int patch) {
        this.patch = patch;
    }

    @Override
    public NDList of(NDManager scope, List<ProcessedImage> images) {
        List<ImageSize> sizes =
                images.stream().flatMap(image -> image.tileSizes().stream()).toList();
        long[] grids = new long[2 * sizes.size()];
        int patches = 0;
        for (int i = 0; i < sizes.size(); i++) {
            requireWhole(sizes.get(i));
            grids[2 * i] = sizes.get(i).height() / patch;
            grids[2 * i + 1] = sizes.get(i).width() / patch;
            patches = Math.toIntExact(patches + grids[2 * i] * grids[2 * i + 1]);
        }
        ByteBuffer pixels = ByteBuffer.allocateDirect(Math.multiplyExact(patches, CHANNELS * patch * patch));
        for (ProcessedImage image : images) {
            int at = 0;
            for (ImageSize size : image.tileSizes()) {
                cut(image.tiles(), at, size, pixels);
                at += CHANNELS * size.height() * size.width();
            }
        }
        return new NDList(
                scope.create(pixels.flip(), new Shape(patches, CHANNELS, patch, patch), DataType.UINT8),
                Tensors.host(scope, grids));
    }

    private void requireWhole(ImageSize size) {
        if (size.height() % patch != 0 || size.width() % patch != 0) {
            throw new IllegalArgumentException("Cannot cut a tile of " + size.height() + " x " + size.width()
                    + " pixels into patches of " + patch + " x " + patch + "; prepare the data with this model");
        }
    }

    private void cut(byte[] tiles, int at, ImageSize size, ByteBuffer pixels) {
        for (int top = 0; top < size.height(); top += patch) {
            for (int left = 0; left < size.width(); left += patch) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    for (int y = 0; y < patch; y++) {
                        int line = (channel * size.height() + top + y) * size.width();
                        pixels.put(tiles, at + line + left, patch);
                    }
                }
            }
        }
    }
}
