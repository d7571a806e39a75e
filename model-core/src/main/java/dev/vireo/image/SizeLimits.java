// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import java.io.Serializable;

/**
 * How large a picture may be when a model's image processor receives it; a larger one is made smaller as people do it in
 * Python, the longest edge first: by Pillow's {@code thumbnail((edge, edge))}, then as LLaMA-Factory's
 * {@code image_max_pixels} by {@code resize} with both sides times {@code sqrt(pixels / (width * height))}. Bit for bit what
 * Pillow 13 makes of a decoded RGB picture.
 *
 * @param longestEdge in pixels, 0 for no limit
 * @param pixels width times height, 0 for no limit
 */
public record SizeLimits(int longestEdge, int pixels) implements Serializable {
    /** Leaves every picture as it is. */
    public static final SizeLimits NONE = new SizeLimits(0, 0);

    public SizeLimits {
        if (longestEdge < 0 || pixels < 0) {
            throw new IllegalArgumentException("Invalid limits of pictures: longest edge " + longestEdge + ", pixels "
                    + pixels + " (expected 0 or more)");
        }
    }

    /** The picture within the limits; itself if it is. */
    RgbImage apply(RgbImage image) {
        int[] thumbnail = thumbnail(image.height(), image.width());
        RgbImage within = PillowResize.withReduction(image, thumbnail[0], thumbnail[1]);
        int[] size = fewer(within.height(), within.width());
        return PillowResize.of(within, size[0], size[1]);
    }

    /** The size of a picture of this size within the limits. */
    ImageSize apply(ImageSize size) {
        int[] thumbnail = thumbnail(size.height(), size.width());
        int[] within = fewer(thumbnail[0], thumbnail[1]);
        return new ImageSize(within[0], within[1]);
    }

    /** Source: Pillow 13, Image.thumbnail, preserve_aspect_ratio. */
    private int[] thumbnail(int height, int width) {
        if (longestEdge == 0 || Math.max(height, width) <= longestEdge) {
            return new int[] {height, width};
        }
        double edge = longestEdge;
        double aspect = (double) width / height;
        if (aspect <= 1) {
            int down = (int) Math.floor(edge * aspect);
            int up = (int) Math.ceil(edge * aspect);
            boolean nearer = Math.abs(aspect - up / edge) < Math.abs(aspect - down / edge);
            return new int[] {longestEdge, Math.max(1, nearer ? up : down)};
        }
        int down = (int) Math.floor(edge / aspect);
        int up = (int) Math.ceil(edge / aspect);
        boolean nearer = down > 0 && Math.abs(aspect - edge / up) < Math.abs(aspect - edge / down);
        return new int[] {Math.max(1, nearer ? up : down), longestEdge};
    }

    /** Source: LLaMA-Factory ff6d4d12e, data/mm_plugin.py, _preprocess_image; a side is 1 at least. */
    private int[] fewer(int height, int width) {
        long all = (long) height * width;
        if (pixels == 0 || all <= pixels) {
            return new int[] {height, width};
        }
        double factor = Math.sqrt((double) pixels / all);
        return new int[] {Math.max(1, (int) (height * factor)), Math.max(1, (int) (width * factor))};
    }
}
