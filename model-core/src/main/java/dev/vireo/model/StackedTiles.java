// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.vireo.image.ImageSize;
import dev.vireo.image.ProcessedImage;
import java.nio.ByteBuffer;
import java.util.List;

/** All tiles of all images, uint8 [B, 3, height, width]; they are of one size. */
final class StackedTiles implements PixelInput {
    @Override
    public NDList of(NDManager scope, List<ProcessedImage> images) {
        ImageSize size = images.get(0).tileSizes().get(0);
        int tiles = images.stream().mapToInt(ProcessedImage::tileCount).sum();
        ByteBuffer pixels = ByteBuffer.allocateDirect(
                Math.multiplyExact(tiles, Math.multiplyExact(3, size.height() * size.width())));
        images.forEach(image -> pixels.put(image.tiles()));
        return new NDList(
                scope.create(pixels.flip(), new Shape(tiles, 3, size.height(), size.width()), DataType.UINT8));
    }
}
