// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.plan;

import dev.vireo.batch.Sample;
import dev.vireo.jobs.config.BatchSettings;
import dev.vireo.jobs.config.PlanSettings;
import dev.vireo.jobs.shards.RowIndex;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.planning.Recipe.MicroBatch;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How large the rows are.
 *
 * @param rows number of rows; 0 where none were given
 * @param tokens of all rows
 * @param longest the longest rows' sizes, the longest first
 */
public record DataSize(long rows, long tokens, List<MicroBatch> longest) {
    private static final int LONGEST = 256;

    public DataSize {
        longest = List.copyOf(longest);
    }

    /** Of prepared rows; reads the longest of those that may compute together for the number of their tiles. */
    public static DataSize of(ShardSet shards, PretrainedModel model, BatchSettings batch) throws IOException {
        int together = batch.maxTokens() == 0 ? batch.batchSize() : batch.globalPairs();
        RowIndex index = shards.index();
        long tokens = IntStream.range(0, index.rows()).mapToLong(index::tokens).sum();
        int[] longest = IntStream.range(0, index.rows())
                .boxed()
                .sorted(Comparator.comparingInt(row -> -index.tokens(row)))
                .limit(Math.min(together, LONGEST))
                .mapToInt(Integer::intValue)
                .toArray();
        MicroBatch[] sizes = new MicroBatch[longest.length];
        try (ShardReader reader = shards.reader(model.images())) {
            for (int i = 0; i < longest.length; i++) {
                Sample sample = reader.sample(longest[i]);
                int row = longest[i];
                sizes[i] = new MicroBatch(
                        index.tokens(row),
                        index.tokens(row) - index.prefixTokens(row),
                        tiles(sample, model.config().integer("vision_config.image_size")),
                        1);
            }
        }
        return new DataSize(index.rows(), tokens, List.of(sizes));
    }

    /** Tiles of a row's images, one that is smaller than the tower's by its share of that. */
    private static long tiles(Sample sample, int side) {
        double pixels = sample.images().stream()
                .flatMap(image -> image.tileSizes().stream())
                .mapToDouble(size -> (double) size.height() * size.width())
                .sum();
        return (long) Math.ceil(pixels / ((double) side * side));
    }

    /** Without rows: what the settings say of the longest. */
    static DataSize of(PlanSettings plan) {
        return new DataSize(0, 0, List.of(new MicroBatch(plan.tokens(), plan.answerTokens(), plan.tiles(), 1)));
    }

    /** The largest micro-batch where rows are packed by length: no more tokens than {@code most}, answers and tiles in proportion. */
    MicroBatch largest(int stepRows, int most) {
        MicroBatch all = largest(stepRows);
        double share = Math.min(1, (double) most / all.tokens());
        return new MicroBatch(
                Math.min(most, all.tokens()),
                Math.round(share * all.scored()),
                (long) Math.ceil(share * all.tiles()),
                (long) Math.ceil(share * all.rows()));
    }

    /** The largest micro-batch: the longest rows together. */
    MicroBatch largest(int batchSize) {
        long all = 0;
        long scored = 0;
        long tiles = 0;
        // Without rows every one is taken to be as long as the longest; there are never more than given rows together.
        int together = rows > 0 ? Math.min(batchSize, longest.size()) : batchSize;
        for (int i = 0; i < together; i++) {
            MicroBatch row = longest.get(rows > 0 ? i : 0);
            all += row.tokens();
            scored += row.scored();
            tiles += row.tiles();
        }
        return new MicroBatch(all, scored, tiles, together);
    }
}
