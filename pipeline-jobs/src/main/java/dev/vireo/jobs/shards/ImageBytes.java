// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import com.github.luben.zstd.Zstd;
import java.io.Serializable;

/**
 * What images take in a shard.
 *
 * @param source bytes as they were in the input
 * @param tiles bytes of their resized pixels, compressed
 */
public record ImageBytes(long source, long tiles) implements Serializable {
    /** Of no image. */
    public static final ImageBytes NONE = new ImageBytes(0, 0);

    /** Of both together. */
    public ImageBytes plus(ImageBytes other) {
        return new ImageBytes(source + other.source, tiles + other.tiles);
    }

    /** Adds up images one after another. Tiles are compressed for this, of one image in {@link #MEASURED_OF} only. */
    static final class Count {
        private static final int MEASURED_OF = 16;

        private long images;
        private long source;
        private long rawTiles;
        private long measuredRaw;
        private long measured;

        void add(byte[] encoded, byte[] tiles) {
            source += encoded.length;
            rawTiles += tiles.length;
            if (images++ % MEASURED_OF == 0) {
                measuredRaw += tiles.length;
                measured += Zstd.compress(tiles, ArrowOutput.ZSTD_LEVEL).length;
            }
        }

        /** The tiles' bytes at the rate at which those that were measured shrank. */
        ImageBytes bytes() {
            return new ImageBytes(
                    source, measuredRaw == 0 ? 0 : Math.round((double) rawTiles * measured / measuredRaw));
        }
    }
}
