// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import org.jspecify.annotations.Nullable;

/** Decoded pixels, row by row. The arrays are not copied: nobody writes to them. */
public final class Pixels {
    private final byte[] rgb;
    private final byte @Nullable [] alpha;

    private Pixels(byte[] rgb, byte @Nullable [] alpha) {
        this.rgb = rgb;
        this.alpha = alpha;
    }

    static Pixels opaque(byte[] rgb) {
        return new Pixels(rgb, null);
    }

    static Pixels withAlpha(byte[] rgb, byte[] alpha) {
        return new Pixels(rgb, alpha);
    }

    /** Colours that are not multiplied by alpha, three bytes a pixel. */
    public byte[] rgb() {
        return rgb;
    }

    /** Opacity, one byte a pixel; null where the format has none. */
    public byte @Nullable [] alpha() {
        return alpha;
    }
}
