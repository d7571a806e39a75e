// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.objective.CraftedLosses.Result;
import dev.vireo.objective.DpoOptions.Weighting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every preference loss against TRL's own trainers on the same log-probabilities: loss, metrics and gradient. */
class LossParityTest {
    /** The vectors keep six digits. */
    private static final double RELATIVE = 2e-5;

    static Stream<Arguments> cases() {
        return cases("cases");
    }

    static Stream<Arguments> unpaired() {
        return cases("unpaired");
    }

    private static Stream<Arguments> cases(String list) {
        return StreamSupport.stream(CraftedLosses.golden().getAsJsonArray(list).spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .map(each -> Arguments.of(each.get("objective").getAsString() + " " + each.get("settings"), each));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void lossMetricsAndGradientEqualTrls(String what, JsonObject expected) {
        JsonObject data = CraftedLosses.golden().getAsJsonObject("data");
        Result result = rows(data).of(objective(expected), 0);
        assertResult(what, result, expected, gradient(expected.getAsJsonArray("gradient")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unpaired")
    void answersOneByOneEqualTrls(String what, JsonObject expected) {
        JsonObject data = CraftedLosses.golden().getAsJsonObject("data");
        JsonObject settings = expected.getAsJsonObject("settings");
        Kto objective = new Kto(
                settings.get("beta").getAsDouble(),
                Kto.Loss.valueOf(settings.get("loss_type").getAsString().toUpperCase(Locale.ROOT)),
                settings.get("desirable_weight").getAsDouble(),
                settings.get("undesirable_weight").getAsDouble());
        double ratio = settings.get("kl_shift").getAsDouble()
                + mean(data.getAsJsonArray("mismatched"))
                - mean(data.getAsJsonArray("reference_mismatched"));
        Result result = answers(data).of(objective, Math.max(0, ratio));
        // TRL's seven answers: chosen of rows 0 to 2, then rejected of rows 1 to 4.
        List<float[]> gradient = new ArrayList<>();
        for (int at : new int[] {0, 1, 3, 2, 4, 5, 6}) {
            gradient.add(CraftedLosses.floats(
                    expected.getAsJsonArray("gradient").get(at).getAsJsonArray()));
        }
        expected.getAsJsonObject("metrics").remove("kl");
        assertResult(what, result, expected, CraftedLosses.joined(gradient));
    }

    private static double mean(JsonArray answers) {
        double sum = 0;
        for (JsonElement answer : answers) {
            for (float each : CraftedLosses.floats(answer.getAsJsonArray())) {
                sum += each;
            }
        }
        return sum / answers.size();
    }

    /** Rows of which the first has a desirable answer alone, the last two an undesirable one. */
    private static CraftedLosses answers(JsonObject data) {
        List<float[]> policy = pairs(data, "chosen", "rejected");
        List<float[]> reference = pairs(data, "reference_chosen", "reference_rejected");
        for (int gone : new int[] {1, 6, 8}) {
            policy.set(gone, new float[0]);
            reference.set(gone, new float[0]);
        }
        return new CraftedLosses(policy, reference, policy);
    }

    private static void assertResult(String what, Result result, JsonObject expected, float[] gradient) {
        assertNear(what, result.loss(), expected.get("loss").getAsDouble());
        JsonObject metrics = expected.getAsJsonObject("metrics");
        for (String name : metrics.keySet()) {
            assertThat(result.metrics()).containsKey(name);
            assertNear(
                    what + " " + name,
                    result.metrics().get(name),
                    metrics.get(name).getAsDouble());
        }
        assertThat(result.gradient()).hasSameSizeAs(gradient);
        double largest = 0;
        for (float each : gradient) {
            largest = Math.max(largest, Math.abs(each));
        }
        for (int i = 0; i < gradient.length; i++) {
            assertThat((double) result.gradient()[i])
                    .as(what + " gradient " + i)
                    .isCloseTo(gradient[i], within(RELATIVE * largest));
        }
    }

    private static void assertNear(String what, double actual, double expected) {
        assertThat(actual).as(what).isCloseTo(expected, within(RELATIVE * Math.max(1, Math.abs(expected))));
    }

    private static CraftedLosses rows(JsonObject data) {
        return new CraftedLosses(
                pairs(data, "chosen", "rejected"),
                pairs(data, "reference_chosen", "reference_rejected"),
                pairs(data, "chosen_squares", "rejected_squares"));
    }

    private static List<float[]> pairs(JsonObject data, String chosen, String rejected) {
        List<float[]> answers = new ArrayList<>();
        for (int row = 0; row < data.getAsJsonArray(chosen).size(); row++) {
            answers.add(
                    CraftedLosses.floats(data.getAsJsonArray(chosen).get(row).getAsJsonArray()));
            answers.add(
                    CraftedLosses.floats(data.getAsJsonArray(rejected).get(row).getAsJsonArray()));
        }
        return answers;
    }

    /** TRL's batch is all chosen, then all rejected; here the answers of a row follow each other. */
    private static float[] gradient(JsonArray halves) {
        List<float[]> rows = new ArrayList<>();
        for (int row = 0; row < halves.size() / 2; row++) {
            rows.add(CraftedLosses.floats(halves.get(row).getAsJsonArray()));
            rows.add(CraftedLosses.floats(halves.get(halves.size() / 2 + row).getAsJsonArray()));
        }
        return CraftedLosses.joined(rows);
    }

    private static Objective objective(JsonObject expected) {
        JsonObject settings = expected.getAsJsonObject("settings");
        double beta = settings.get("beta").getAsDouble();
        return switch (expected.get("objective").getAsString()) {
            case "dpo" -> dpo(settings, beta);
            default ->
                new Cpo(
                        beta,
                        Cpo.Loss.valueOf(settings.get("loss_type").getAsString().toUpperCase(Locale.ROOT)),
                        settings.get("cpo_alpha").getAsDouble(),
                        settings.get("simpo_gamma").getAsDouble(),
                        settings.get("label_smoothing").getAsDouble(),
                        settings.get("alpha").getAsDouble());
        };
    }

    private static Dpo dpo(JsonObject settings, double beta) {
        List<Dpo.Weighted> losses = new ArrayList<>();
        JsonArray names = settings.getAsJsonArray("loss_types");
        for (int i = 0; i < names.size(); i++) {
            losses.add(new Dpo.Weighted(
                    PairLoss.named(names.get(i).getAsString()).orElseThrow(),
                    settings.getAsJsonArray("loss_weights").get(i).getAsDouble()));
        }
        Divergence divergence =
                switch (settings.get("f_divergence_type").getAsString()) {
                    case "forward_kl" -> Divergence.FORWARD_KL;
                    case "js_divergence" -> Divergence.JS;
                    case "alpha_divergence" -> Divergence.ALPHA;
                    default -> Divergence.REVERSE_KL;
                };
        JsonElement lengths = settings.get("ld_alpha");
        return new Dpo(
                beta,
                losses,
                new DpoOptions(
                        divergence,
                        settings.get("f_alpha_divergence_coef").getAsDouble(),
                        settings.get("label_smoothing").getAsDouble(),
                        0.05,
                        lengths.isJsonNull() ? 1 : lengths.getAsDouble(),
                        settings.get("use_weighting").getAsBoolean() ? Weighting.WPO : Weighting.NONE,
                        0));
    }
}
