// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.score;

import dev.vireo.batch.Sample;
import dev.vireo.generation.PairScore;
import dev.vireo.generation.SequenceScores;
import dev.vireo.jobs.shards.RowIndex;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.workers.LoadedModels;
import dev.vireo.jobs.workers.ModelSpec;
import dev.vireo.jobs.workers.OpenShards;
import dev.vireo.jobs.workers.ParquetOutput;
import dev.vireo.jobs.workers.PartOutput;
import dev.vireo.jobs.workers.PartPlan;
import dev.vireo.jobs.workers.PartResult;
import dev.vireo.jobs.workers.PartWork;
import dev.vireo.jobs.workers.RowGroups;
import dev.vireo.nn.Block.Weights;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Scores the rows of a part. */
record ScoreTask(
        ModelSpec spec,
        List<String> shards,
        ScoreRequest.Answers answers,
        PartPlan plan,
        String output,
        RowGroups groups)
        implements PartWork {
    /** The output itself is the table. */
    private static final String TABLE = "";

    static final String SCHEMA = """
            message scores {
              required binary row_id (STRING);
              required double chosen_logps;
              optional double rejected_logps;
              required double chosen_shared_logps;
              required double rejected_shared_logps;
              required int32 chosen_tokens;
              required int32 rejected_tokens;
              required int32 prompt_tokens;
              required int32 image_tokens;
            }
            """;

    @Override
    public PartResult run(int part) throws IOException {
        String file = PartOutput.attempt(output, "scores", part);
        Map<String, Double> counts = new TreeMap<>();
        try (LoadedModels.Lease lease = LoadedModels.lease(spec)) {
            ShardSet rows = OpenShards.of(spec.run(), spec.storage(), shards);
            var scores = new SequenceScores(lease.model().model(), Weights.ADAPTED);
            try (ShardReader reader = rows.reader(lease.model().pretrained().images());
                    ParquetOutput table = new ParquetOutput(spec.storage(), file, SCHEMA)) {
                Map<Integer, ScoredRow> scored = new TreeMap<>();
                for (int[] group : groups.cut(plan.first(part), plan.end(part), row -> tokens(rows.index(), row))) {
                    List<Sample> batch = new ArrayList<>();
                    for (int row : group) {
                        batch.add(
                                switch (answers) {
                                    case OWN -> reader.sample(row);
                                    case MISMATCHED ->
                                        reader.mismatched(row, rows.index().mismatched(row));
                                });
                    }
                    List<PairScore> pairs = scores.of(batch);
                    for (int i = 0; i < group.length; i++) {
                        scored.put(group[i], ScoredRow.of(batch.get(i), pairs.get(i)));
                    }
                }
                for (ScoredRow row : scored.values()) {
                    table.write(row.fill(table.newRow()));
                    row.count(counts);
                }
            }
        }
        return new PartResult(part, Map.of(TABLE, file), counts);
    }

    /** Tokens of a row with the answers that are scored. */
    private int tokens(RowIndex index, int row) {
        return switch (answers) {
            case OWN -> index.tokens(row);
            case MISMATCHED -> {
                int other = index.mismatched(row);
                yield index.prefixTokens(row) + index.tokens(other) - index.prefixTokens(other);
            }
        };
    }
}
