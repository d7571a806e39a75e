// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

/** Conversions of JPEG components, in the integer arithmetic of libjpeg (jdcolor.c) and Pillow (Convert.c). */
final class JpegColours {
    private static final int PLACES = 16;
    private static final int HALF = 1 << (PLACES - 1);
    private static final int[] RED_OF_CR = new int[256];
    private static final int[] BLUE_OF_CB = new int[256];
    private static final int[] GREEN_OF_CR = new int[256];
    private static final int[] GREEN_OF_CB = new int[256];

    static {
        for (int level = 0; level < 256; level++) {
            int x = level - 128;
            RED_OF_CR[level] = (fixed(1.40200) * x + HALF) >> PLACES;
            BLUE_OF_CB[level] = (fixed(1.77200) * x + HALF) >> PLACES;
            GREEN_OF_CR[level] = -fixed(0.71414) * x;
            GREEN_OF_CB[level] = -fixed(0.34414) * x + HALF;
        }
    }

    private JpegColours() {}

    private static int fixed(double factor) {
        return (int) (factor * (1 << PLACES) + 0.5);
    }

    static byte[] grey(byte[] levels) {
        byte[] rgb = new byte[Math.multiplyExact(3, levels.length)];
        for (int i = 0, target = 0; i < levels.length; i++) {
            rgb[target++] = levels[i];
            rgb[target++] = levels[i];
            rgb[target++] = levels[i];
        }
        return rgb;
    }

    /** Luma and chroma to RGB, in place. */
    static byte[] fromLuma(byte[] samples) {
        for (int i = 0; i < samples.length; i += 3) {
            toRgb(samples, i);
        }
        return samples;
    }

    /** Luma, chroma and black to four inks, in place: the first three are the complements of RGB. */
    static byte[] inks(byte[] samples) {
        for (int i = 0; i < samples.length; i += 4) {
            toRgb(samples, i);
            samples[i] = (byte) ~samples[i];
            samples[i + 1] = (byte) ~samples[i + 1];
            samples[i + 2] = (byte) ~samples[i + 2];
        }
        return samples;
    }

    private static void toRgb(byte[] samples, int at) {
        int luma = samples[at] & 0xff;
        int cb = samples[at + 1] & 0xff;
        int cr = samples[at + 2] & 0xff;
        samples[at] = level(luma + RED_OF_CR[cr]);
        samples[at + 1] = level(luma + ((GREEN_OF_CB[cb] + GREEN_OF_CR[cr]) >> PLACES));
        samples[at + 2] = level(luma + BLUE_OF_CB[cb]);
    }

    /** Inverted inks, as Adobe stores them, to RGB: 255 - K - C * (255 - K) / 255. */
    static byte[] fromInks(byte[] samples) {
        byte[] rgb = new byte[samples.length / 4 * 3];
        for (int source = 0, target = 0; source < samples.length; source += 4) {
            int light = samples[source + 3] & 0xff;
            for (int ink = 0; ink < 3; ink++) {
                int product = (255 - (samples[source + ink] & 0xff)) * light + 128;
                rgb[target++] = level(light - ((product + (product >> 8)) >> 8));
            }
        }
        return rgb;
    }

    private static byte level(int value) {
        return (byte) Math.min(Math.max(value, 0), 255);
    }
}
