// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.checkpoint.ProcessorSettings.Fit;
import dev.vireo.checkpoint.ProcessorSettings.Padding;
import dev.vireo.image.Filter;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.Resizing;
import dev.vireo.image.RgbImage;

/**
 * Pictures as one tile each: padded to a square if the settings say so, resized, the middle cut out. Source: transformers
 * 5.23, models/llava/image_processing_llava.py, models/siglip/image_processing_siglip.py and image_processing_backends.py
 * (torchvision).
 */
public final class SingleTileImages implements ImageProcessor {
    /** The processor that pads pictures to squares. */
    public static final String PADDING_TYPE = "LlavaImageProcessor";

    private final TowerTile tile;
    private final ProcessorSettings settings;
    private final Filter filter;

    /**
     * @throws CheckpointMismatchException if the settings say that another processor than LLaVA's pads, or give no square tile
     */
    public SingleTileImages(TowerTile tile, ProcessorSettings settings) {
        if (settings.padding() == Padding.PAD && !settings.type().equals(PADDING_TYPE)) {
            throw new CheckpointMismatchException("Cannot process images as " + settings.source()
                    + " says: do_pad is true" + " for " + settings.type() + " (supported for " + PADDING_TYPE + ")");
        }
        if (settings.size().fit() != Fit.EXACT && !settings.all().flag("do_center_crop")) {
            throw new CheckpointMismatchException("Cannot process images as " + settings.source()
                    + " says: size has a shortest edge, which gives no square tile (supported: height and width)");
        }
        this.tile = tile;
        this.settings = settings;
        filter = Filter.ofPillow(settings.resample());
    }

    @Override
    public ProcessedImage process(RgbImage image, int rowImages) {
        boolean square = settings.padding() == Padding.PAD;
        int longest = Math.max(image.height(), image.width());
        int height = square ? longest : image.height();
        int width = square ? longest : image.width();
        if (settings.size().fit() == Fit.EXACT) {
            return cropped(image, settings.size().height(), settings.size().width());
        }
        int edge = settings.size().height();
        return width <= height
                ? cropped(image, scaled(edge, height, width), edge)
                : cropped(image, edge, scaled(edge, width, height));
    }

    /** Python's {@code int(edge * long / short)}. */
    private static int scaled(int edge, int longSide, int shortSide) {
        return (int) ((double) ((long) edge * longSide) / shortSide);
    }

    /** The middle of the picture resized to {@code height} x {@code width}; black where it is smaller than the tile. */
    private ProcessedImage cropped(RgbImage image, int height, int width) {
        Resizing resizing = settings.padding() == Padding.PAD
                ? Resizing.ofSquare(filter, image, settings.meanColour(), height, width)
                : Resizing.of(filter, image, height, width);
        int side = tile.side();
        int top = Math.max(0, (height - side) / 2);
        int left = Math.max(0, (width - side) / 2);
        byte[] pixels = new byte[3 * side * side];
        resizing.window(top, left, Math.min(height, side), Math.min(width, side))
                .draw(pixels, 0, side, side, Math.max(0, (side - height) / 2), Math.max(0, (side - width) / 2));
        return new ProcessedImage(pixels, 1, side, side, image.height(), image.width());
    }

    @Override
    public int imageTokens(int height, int width, int rowImages) {
        return tile.tokens();
    }
}
