// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final String PICTURE =
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='64' height='64'%3E%3Crect width='64'"
                    + " height='64' fill='%23eee'/%3E%3Ccircle cx='24' cy='38' r='14' fill='tomato'/%3E%3C/svg%3E";

    @Test
    void pageIsOneFileWithEveryPlotTableAndAnswer() throws Exception {
        String html = report().html();
        assertThat(html).doesNotContain("http://www.w3.org/1999").doesNotContainPattern("(src|href)=\"https?://");
        assertThat(html.split("<figure class=\"plot\">", -1)).hasSize(1 + 15);
        assertThat(html)
                .contains(
                        "Log odds ratio",
                        "KL to base",
                        "Log-ratio to the reference",
                        "81.2 %",
                        "a &lt;red&gt; circle",
                        "data:image/svg+xml")
                .contains("<th scope=\"row\">base</th>", "<i>no text</i>");
        String target = System.getProperty("vireo.report");
        if (target != null) {
            Files.writeString(Path.of(target), html);
        }
    }

    @Test
    void metricsThatNoRunHasHaveNoPlot() {
        Curves curves = new Curves();
        curves.add("loss", 1, 0.7);
        Report report = new Report(
                "t", "s", Map.of(), List.of(), List.of(), List.of(new Report.Run("a", 0, curves)), List.of());
        assertThat(report.html().split("<figure class=\"plot\">", -1)).hasSize(2);
    }

    @Test
    void axesAreRoundAndHoldAllValues() {
        for (double[] range : new double[][] {{0, 1}, {-3.7, 12}, {5e-7, 1e-6}, {2, 2}, {0, 0}, {-1000, -10}}) {
            Axis axis = Axis.over(range[0], range[1]);
            assertThat(axis.low()).isLessThanOrEqualTo(range[0] + 1e-12);
            assertThat(axis.high()).isGreaterThanOrEqualTo(range[1] - 1e-12);
            assertThat(axis.ticks()).hasSizeBetween(2, 8);
            assertThat(axis.ticks().stream().map(axis::label)).doesNotHaveDuplicates();
        }
    }

    private static Report report() {
        return new Report(
                "Evaluation of two adapters",
                "demo/model on 160 held-out rows",
                Map.of("pairs", "160", "precision", "fp32"),
                List.of(
                        intervals("Preference accuracy", 0.519, 0.812, 0.744),
                        intervals("Yes/no questions right", 0.48, 0.66, 0.7)),
                List.of(new Report.Table(
                        "Preferences",
                        "Means over all pairs.",
                        List.of("model", "rows", "loss (orpo)", "accuracy", "KL to base"),
                        List.of(
                                List.of("base", "160", "1.234", "51.9 %", "–"),
                                List.of("orpo", "160", "0.871", "81.2 %", "0.083"),
                                List.of("dpo", "160", "0.902", "74.4 %", "0.121")))),
                List.of(new Report.Run("orpo", 1, curves(1)), new Report.Run("dpo", 2, curves(2))),
                List.of(
                        new Report.Card(
                                "shapes/17",
                                List.of(PICTURE),
                                "What is in the middle of the left side?",
                                "a <red> circle",
                                "a blue square, and behind it a large green triangle that touches the border",
                                List.of(
                                        new Report.Answer("base", "a blue circle"),
                                        new Report.Answer("orpo", "a red circle"))),
                        new Report.Card(
                                "text/1",
                                List.of(),
                                "Say yes.",
                                "Yes.",
                                null,
                                List.of(new Report.Answer("base", "")))));
    }

    private static Report.Intervals intervals(String title, double... shares) {
        List<String> names = List.of("base", "orpo", "dpo");
        List<Report.Interval> rows = new java.util.ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            rows.add(new Report.Interval(names.get(i), shares[i], shares[i] - 0.07, shares[i] + 0.06));
        }
        return new Report.Intervals(title, "95 % confidence interval", rows);
    }

    private static Curves curves(int seed) {
        Random random = new Random(seed);
        Curves curves = new Curves();
        for (int step = 1; step <= 400; step++) {
            double t = step / 400.0;
            double noise = random.nextGaussian();
            curves.add("loss", step, 1.2 * Math.exp(-2 * t) + 0.3 + 0.08 * noise);
            curves.add("nll_loss", step, Math.exp(-2 * t) + 0.05 * noise);
            curves.add("log_odds_ratio", step, -0.7 * Math.exp(-3 * t) + 0.03 * noise);
            curves.add("log_odds_chosen", step, 3 * t + 0.2 * noise);
            curves.add("logps/chosen", step, -1 + 0.5 * t + 0.05 * noise);
            curves.add("logps/rejected", step, -1 - 2 * t + 0.05 * noise);
            curves.add("rewards/chosen", step, -0.1 + 0.05 * t + 0.005 * noise);
            curves.add("rewards/rejected", step, -0.1 - 0.2 * t + 0.005 * noise);
            curves.add("rewards/margins", step, 0.25 * t + 0.007 * noise);
            curves.add("rewards/accuracies", step, Math.min(1, 0.5 + 0.45 * t + 0.1 * noise));
            curves.add("learning_rate", step, 1e-5 * Math.cos(Math.PI / 2 * t));
            curves.add("kl", step, 0.1 * t + 0.002 * noise);
            curves.add("kl/reference", step, 0.05 * t + 0.002 * noise);
            curves.add("grad_norm", step, 2 + 0.3 * noise);
            if (step % 50 == 0) {
                curves.add("eval_loss", step, 1.25 * Math.exp(-1.8 * t) + 0.35);
                curves.add("eval_rewards/accuracies", step, 0.5 + 0.35 * t);
                curves.add("eval_kl", step, 0.11 * t);
            }
        }
        return curves;
    }
}
