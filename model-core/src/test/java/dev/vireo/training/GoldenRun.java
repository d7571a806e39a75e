// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.model.Golden;
import dev.vireo.objective.Dpo;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Orpo;
import dev.vireo.objective.Sft;
import java.util.ArrayList;
import java.util.List;

/** A golden training run: its settings, its rows step by step, and what the reference libraries reported. */
final class GoldenRun {
    private final Golden golden;
    private final JsonObject run;
    private final JsonObject settings;

    GoldenRun(Golden golden, String label) {
        this.golden = golden;
        this.run = golden.json("trajectories/" + label + "/run.json").getAsJsonObject();
        this.settings = run.getAsJsonObject("settings");
    }

    JsonObject json() {
        return run;
    }

    String text(String key) {
        JsonElement value = settings.get(key);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }

    double number(String key) {
        return settings.get(key).getAsDouble();
    }

    int count(String key) {
        return settings.get(key).getAsInt();
    }

    Objective objective() {
        return objective(text("objective"), number("beta"));
    }

    static Objective objective(String name, double beta) {
        return switch (name) {
            case "sft" -> new Sft();
            case "dpo", "dpo-base" -> new Dpo(beta);
            case "orpo-all" -> new Orpo(beta, NllScope.ALL);
            default -> new Orpo(beta, NllScope.COMPLETION);
        };
    }

    AdamWSettings optimizer() {
        AdamWSettings adamW = new AdamWSettings(
                number("adam_beta1"),
                number("adam_beta2"),
                number("adam_epsilon"),
                number("weight_decay"),
                number("max_grad_norm"));
        return adamW.with(
                settings.has("loraplus_lr_ratio") ? number("loraplus_lr_ratio") : 1, AdamWSettings.Moments.SINGLE);
    }

    LearningRate learningRate() {
        return new LearningRate(
                text("lr_scheduler_type").equals("polynomial")
                        ? LearningRate.Schedule.LINEAR
                        : LearningRate.Schedule.valueOf(
                                text("lr_scheduler_type").toUpperCase(java.util.Locale.ROOT)),
                number("learning_rate"),
                settings.has("min_learning_rate") ? number("min_learning_rate") : 0,
                count("warmup_steps"),
                count("max_steps"));
    }

    int steps() {
        return count("max_steps");
    }

    JsonObject expected(int step) {
        return run.getAsJsonArray("steps").get(step).getAsJsonObject();
    }

    /** The micro-batches of a step. */
    List<List<Sample>> microBatches(int step) {
        List<Sample> rows = new ArrayList<>();
        settings.getAsJsonArray("rows").forEach(id -> rows.add(golden.row(id.getAsString())));
        int micro = count("per_device_train_batch_size");
        DataOrder order = DataOrder.sequential(rows.size(), micro, count("gradient_accumulation_steps"));
        return order.microBatches(step).stream()
                .map(batch -> java.util.Arrays.stream(batch).mapToObj(rows::get).toList())
                .toList();
    }

    static BatchTotals totals(List<List<Sample>> microBatches, Objective objective, int imageTokenId) {
        PromptTargets prompts = objective.nllScope() == NllScope.ALL ? PromptTargets.SCORED : PromptTargets.IGNORED;
        long rows = 0;
        long tokens = 0;
        for (List<Sample> micro : microBatches) {
            for (Sample row : micro) {
                rows++;
                tokens += row.row().nllTokens(imageTokenId, prompts);
            }
        }
        return new BatchTotals(rows, 2 * rows, tokens);
    }
}
