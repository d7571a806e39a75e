// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.score;

import dev.vireo.batch.Sample;
import dev.vireo.generation.PairScore;
import dev.vireo.generation.SequenceScores;
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
import dev.vireo.nn.Block.Weights;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.parquet.example.data.Group;

/** Scores the rows of a part. */
record ScoreTask(
        ModelSpec spec, List<String> shards, ScoreRequest.Answers answers, PartPlan plan, String output, int batchRows)
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
                for (int first = plan.first(part); first < plan.end(part); first += batchRows) {
                    List<Sample> batch = new ArrayList<>();
                    for (int row = first; row < Math.min(first + batchRows, plan.end(part)); row++) {
                        batch.add(
                                switch (answers) {
                                    case OWN -> reader.sample(row);
                                    case MISMATCHED ->
                                        reader.mismatched(row, rows.index().mismatched(row));
                                });
                    }
                    List<PairScore> scored = scores.of(batch);
                    for (int i = 0; i < batch.size(); i++) {
                        table.write(fill(table.newRow(), batch.get(i), scored.get(i)));
                        count(counts, batch.get(i), scored.get(i));
                    }
                }
            }
        }
        return new PartResult(part, Map.of(TABLE, file), counts);
    }

    private static Group fill(Group row, Sample sample, PairScore score) {
        row.append("row_id", sample.rowId()).append("chosen_logps", score.chosenLogps());
        if (sample.rejected().length() > 0) {
            row.append("rejected_logps", score.rejectedLogps());
        }
        return row.append("chosen_shared_logps", score.chosenShared())
                .append("rejected_shared_logps", score.rejectedShared())
                .append("chosen_tokens", score.chosenTokens())
                .append("rejected_tokens", score.rejectedTokens())
                .append("prompt_tokens", sample.prefixTokens())
                .append("image_tokens", Arrays.stream(sample.imageTokens()).sum());
    }

    private static void count(Map<String, Double> counts, Sample sample, PairScore score) {
        counts.merge("rows", 1.0, Double::sum);
        counts.merge("tokens", (double) sample.tokens(), Double::sum);
        counts.merge("chosen_logps", score.chosenLogps(), Double::sum);
        if (sample.chosen().length() > 0 && sample.rejected().length() > 0) {
            counts.merge("pairs", 1.0, Double::sum);
            counts.merge("rejected_logps", score.rejectedLogps(), Double::sum);
        }
    }
}
