// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import dev.vireo.image.codec.Pixels;

/** What becomes of transparent pixels when a picture is made RGB. */
public enum Transparency {
    /** They are laid over white. Source: transformers 5.23, image_transforms.convert_to_rgb, which image processors call. */
    OVER_WHITE {
        @Override
        byte[] rgb(Pixels pixels) {
            byte[] alpha = pixels.alpha();
            byte[] rgb = pixels.rgb();
            return alpha == null ? rgb : overWhite(rgb, alpha);
        }
    },
    /**
     * Opacity is dropped, as Pillow's {@code convert("RGB")} does it; but where one colour stands for transparency instead,
     * every pixel of that colour becomes white. Source: transformers 5.23, image_utils.load_image, whose result still names
     * the transparent colour when the image processor calls convert_to_rgb.
     */
    DROPPED {
        @Override
        byte[] rgb(Pixels pixels) {
            int colour = pixels.transparentColour();
            return colour < 0 ? pixels.rgb() : withWhite(pixels.rgb(), colour);
        }
    };

    private static final int WHITE = 255;

    /** Three bytes a pixel; the pixels' own array where nothing changes. */
    abstract byte[] rgb(Pixels pixels);

    /** In the fixed point of Pillow's alpha_composite (AlphaComposite.c) over an opaque ground. */
    private static byte[] overWhite(byte[] rgb, byte[] alpha) {
        byte[] composed = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            int opacity = alpha[i / 3] & 0xff;
            int mixed = ((rgb[i] & 0xff) * opacity + WHITE * (WHITE - opacity) + 128) << 7;
            composed[i] = (byte) ((((mixed >> 8) + mixed) >> 8) >> 7);
        }
        return composed;
    }

    private static byte[] withWhite(byte[] rgb, int colour) {
        byte[] replaced = rgb.clone();
        for (int i = 0; i < rgb.length; i += 3) {
            if (Pixels.colour(rgb[i], rgb[i + 1], rgb[i + 2]) == colour) {
                replaced[i] = (byte) WHITE;
                replaced[i + 1] = (byte) WHITE;
                replaced[i + 2] = (byte) WHITE;
            }
        }
        return replaced;
    }
}
