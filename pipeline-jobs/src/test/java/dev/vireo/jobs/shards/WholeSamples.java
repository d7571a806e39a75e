// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.batch.Sample;
import java.io.IOException;
import java.util.List;

/** Puts rows into shards whose tiles were made before. */
public final class WholeSamples {
    private WholeSamples() {}

    /** @param sources encoded bytes of the sample's images */
    public static void write(ShardWriter writer, Sample sample, List<byte[]> sources, RowText text) throws IOException {
        int[] places = new int[sources.size()];
        for (int i = 0; i < places.length; i++) {
            byte[] source = sources.get(i);
            places[i] = writer.add(
                    Sha256.of(source), source, places.length, sample.images().get(i));
        }
        writer.write(sample.row(), places, text);
    }
}
