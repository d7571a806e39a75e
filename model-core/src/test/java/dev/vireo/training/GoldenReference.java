// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.model.Golden;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.Tape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** References for DPO: transformers' log-probabilities of the base, or the model's own before training. */
final class GoldenReference {
    private GoldenReference() {}

    static ReferenceLogProbs base(Golden golden) {
        Map<String, ReferenceLogProbs.Sums> sums = new HashMap<>();
        for (JsonElement each : golden.json("logps.json").getAsJsonArray()) {
            JsonObject row = each.getAsJsonObject();
            double[] chosen = logps(row, "chosen_token_logps");
            double[] rejected = logps(row, "rejected_token_logps");
            int shared = Math.min(chosen.length, rejected.length);
            sums.put(
                    row.get("row_id").getAsString(),
                    new ReferenceLogProbs.Sums(
                            row.get("chosen_logps").getAsDouble(),
                            row.get("rejected_logps").getAsDouble(),
                            Arrays.stream(chosen).limit(shared).sum(),
                            Arrays.stream(rejected).limit(shared).sum()));
        }
        return sums::get;
    }

    static ReferenceLogProbs start(Golden golden, VisionLanguageModel model) {
        Map<String, ReferenceLogProbs.Sums> sums = new HashMap<>();
        for (Sample row : golden.rows()) {
            PackedBatch batch = PackedBatch.of(List.of(row), model.imageTokenId(), PromptTargets.IGNORED);
            try (var scope = model.newScope();
                    Tape tape = Tape.inference(scope, Weights.ADAPTED)) {
                float[] logps =
                        model.logProbs(tape, model.hidden(tape, batch), batch).toFloatArray();
                double[] pair = new double[2];
                for (int i = 0; i < logps.length; i++) {
                    pair[(int) batch.answers()[i]] += logps[i];
                }
                sums.put(row.rowId(), new ReferenceLogProbs.Sums(pair[0], pair[1], Double.NaN, Double.NaN));
            }
        }
        return sums::get;
    }

    private static double[] logps(JsonObject row, String key) {
        double[] values = new double[row.getAsJsonArray(key).size()];
        Arrays.setAll(values, i -> row.getAsJsonArray(key).get(i).getAsDouble());
        return values;
    }
}
