// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import com.google.gson.JsonObject;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The results of all models.
 *
 * @param models the base first
 * @param rows evaluated
 * @param shardsHash of the rows
 * @param beta of losses and rewards
 */
record EvaluationSummary(List<ModelScores> models, int rows, Precision precision, String shardsHash, double beta) {
    static final String NONE = "-";

    EvaluationSummary {
        models = List.copyOf(models);
    }

    /** {@code summary.json}. */
    JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("rows", rows);
        json.addProperty("precision", precision.name());
        json.addProperty("shards", shardsHash);
        json.addProperty("beta", beta);
        JsonObject all = new JsonObject();
        models.forEach(model -> all.add(model.name(), toJson(model)));
        json.add("models", all);
        return json;
    }

    private static JsonObject toJson(ModelScores model) {
        JsonObject json = new JsonObject();
        model.metrics().forEach(json::addProperty);
        model.likelier().ifPresent(share -> json.add("orpo/accuracies", toJson(share)));
        model.rewarded().ifPresent(share -> json.add("rewards/accuracies", toJson(share)));
        model.yesNo().ifPresent(scores -> {
            JsonObject amber = toJson(scores.share());
            amber.addProperty("accuracy", scores.accuracy());
            amber.addProperty("precision", scores.precision());
            amber.addProperty("recall", scores.recall());
            amber.addProperty("f1", scores.f1());
            amber.addProperty("said_no", scores.saidNo());
            amber.addProperty("true_no", scores.trueNo());
            json.add("yes_no", amber);
        });
        return json;
    }

    private static JsonObject toJson(Share share) {
        JsonObject json = new JsonObject();
        json.addProperty("value", share.value());
        json.addProperty("low", share.low());
        json.addProperty("high", share.high());
        json.addProperty("rows", share.of());
        return json;
    }

    void print(Console console) {
        console.table(preferenceHeader(), preferenceRows());
        if (models.stream().anyMatch(model -> model.yesNo().isPresent())) {
            console.print("");
            console.table(yesNoHeader(), yesNoRows());
        }
    }

    List<String> preferenceHeader() {
        return List.of(
                "model",
                "pairs",
                "loss (orpo)",
                "loss (dpo)",
                "nll",
                "logps chosen",
                "logps rejected",
                "chosen likelier",
                "reward margin",
                "reward accuracy",
                "KL to base");
    }

    List<List<String>> preferenceRows() {
        List<List<String>> cells = new ArrayList<>();
        for (ModelScores model : models) {
            cells.add(List.of(
                    model.name(),
                    number(model, "pairs", "%.0f"),
                    number(model, "orpo/loss", "%.4f"),
                    number(model, "dpo/loss", "%.4f"),
                    number(model, "nll_loss", "%.4f"),
                    number(model, "logps/chosen", "%.2f"),
                    number(model, "logps/rejected", "%.2f"),
                    percent(model.likelier()),
                    number(model, "rewards/margins", "%.4f"),
                    percent(model.rewarded()),
                    number(model, "kl", "%.4f")));
        }
        return cells;
    }

    List<String> yesNoHeader() {
        return List.of("model", "questions", "accuracy", "95 % interval", "precision", "recall", "F1", "said No");
    }

    List<List<String>> yesNoRows() {
        List<List<String>> cells = new ArrayList<>();
        for (ModelScores model : models) {
            model.yesNo()
                    .ifPresent(scores -> cells.add(List.of(
                            model.name(),
                            String.format(Locale.ROOT, "%.0f", scores.questions()),
                            String.format(Locale.ROOT, "%.1f %%", scores.accuracy()),
                            interval(scores.share()),
                            String.format(Locale.ROOT, "%.1f", scores.precision()),
                            String.format(Locale.ROOT, "%.1f", scores.recall()),
                            String.format(Locale.ROOT, "%.1f", scores.f1()),
                            String.format(Locale.ROOT, "%.1f %%", 100 * scores.saidNo() / scores.questions()))));
        }
        return cells;
    }

    private static String number(ModelScores model, String metric, String format) {
        Double value = model.metrics().get(metric);
        return value == null || !Double.isFinite(value) ? NONE : String.format(Locale.ROOT, format, value);
    }

    private static String percent(Optional<Share> share) {
        return share.map(s -> String.format(Locale.ROOT, "%.1f %% %s", 100 * s.value(), interval(s)))
                .orElse(NONE);
    }

    private static String interval(Share share) {
        return String.format(Locale.ROOT, "[%.1f, %.1f]", 100 * share.low(), 100 * share.high());
    }
}
