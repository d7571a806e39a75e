// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import org.jspecify.annotations.Nullable;

/** Decoded pixels, row by row. The arrays are not copied: nobody writes to them. */
public final class Pixels {
    /** No colour stands for transparency. */
    static final int NONE = -1;

    private final byte[] rgb;
    private final byte @Nullable [] alpha;
    private final int transparentColour;

    private Pixels(byte[] rgb, byte @Nullable [] alpha, int transparentColour) {
        this.rgb = rgb;
        this.alpha = alpha;
        this.transparentColour = transparentColour;
    }

    static Pixels opaque(byte[] rgb) {
        return new Pixels(rgb, null, NONE);
    }

    static Pixels withAlpha(byte[] rgb, byte[] alpha) {
        return new Pixels(rgb, alpha, NONE);
    }

    /** @param colour as {@link #transparentColour} gives it */
    static Pixels withTransparentColour(byte[] rgb, byte[] alpha, int colour) {
        return new Pixels(rgb, alpha, colour);
    }

    /** A colour as one number: red, green, blue, from the highest byte down. */
    public static int colour(int red, int green, int blue) {
        return (red & 0xff) << 16 | (green & 0xff) << 8 | blue & 0xff;
    }

    /** Colours that are not multiplied by alpha, three bytes a pixel. */
    public byte[] rgb() {
        return rgb;
    }

    /** Opacity, one byte a pixel; null where the format has none. */
    public byte @Nullable [] alpha() {
        return alpha;
    }

    /**
     * The {@linkplain #colour colour} by which Pillow says what is transparent, where one colour of the file is; negative where
     * none is, or where opacity is told pixel by pixel or entry by entry of a palette.
     */
    public int transparentColour() {
        return transparentColour;
    }
}
