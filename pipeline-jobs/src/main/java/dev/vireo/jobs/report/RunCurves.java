// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import dev.vireo.jobs.report.LinePlot.Line;
import java.util.ArrayList;
import java.util.List;

/** The plots of training runs: one for each metric that any of them has, all runs in it. */
final class RunCurves {
    private static final String EVALUATION = "eval_";

    private record Panel(String metric, boolean evaluation, String title, String meaning) {}

    private static final List<Panel> PANELS = List.of(
            new Panel("loss", false, "Training loss", "what the optimizer minimises, nats"),
            new Panel("loss", true, "Evaluation loss", "the same on held-out rows"),
            new Panel("nll_loss", false, "NLL loss", "negative log-likelihood a token, nats"),
            new Panel("log_odds_ratio", false, "Log odds ratio", "mean of log sigmoid of the log odds; rises to 0"),
            new Panel("log_odds_chosen", false, "Log odds chosen", "how much likelier chosen is than rejected"),
            new Panel("logps/chosen", false, "Log-probability, chosen", "nats"),
            new Panel("logps/rejected", false, "Log-probability, rejected", "nats"),
            new Panel("rewards/chosen", false, "Reward, chosen", "beta times the (relative) log-probability"),
            new Panel("rewards/rejected", false, "Reward, rejected", "beta times the (relative) log-probability"),
            new Panel("rewards/margins", false, "Reward margin", "chosen less rejected"),
            new Panel("rewards/margins_std", false, "Spread of the margin", "standard deviation over the step's pairs"),
            new Panel("rewards/accuracies", false, "Reward accuracy", "share of pairs whose chosen answer wins"),
            new Panel("learning_rate", false, "Learning rate", ""),
            new Panel("kl", false, "KL to base", "divergence of the next token on the answers, nats"),
            new Panel("kl/reference", false, "Log-ratio to the reference", "mean over the answers' tokens, nats"),
            new Panel("kto/kl", false, "KTO's point of reference", "log-ratio from which rewards count, nats"),
            new Panel("entropy", false, "Entropy", "of the next token on the answers, nats"),
            new Panel("grad_norm", false, "Gradient norm", "before clipping"),
            new Panel("grad_norm/tower", false, "Gradient norm, image tower", "before clipping"),
            new Panel("grad_norm/projector", false, "Gradient norm, projector", "before clipping"),
            new Panel("grad_norm/language", false, "Gradient norm, language model", "before clipping"),
            new Panel("grad_norm/lora_A", false, "Gradient norm, factors A", "before clipping"),
            new Panel("grad_norm/lora_B", false, "Gradient norm, factors B", "before clipping"),
            new Panel("grad_norm/lora_magnitude_vector", false, "Gradient norm, magnitudes", "before clipping"),
            new Panel("tokens_per_second", false, "Tokens a second", "packed tokens, all workers together"),
            new Panel("teraflops_per_second", false, "Model TFLOP/s", "matrix products alone, all workers together"),
            new Panel("data_seconds", false, "Wait for data", "seconds of a step"));

    private RunCurves() {}

    static String html(List<Report.Run> runs) {
        StringBuilder html = new StringBuilder();
        for (Panel panel : PANELS) {
            List<Line> lines = lines(panel, runs);
            if (!lines.isEmpty()) {
                html.append("<figure class=\"plot\"><figcaption><b>")
                        .append(Html.text(panel.title()))
                        .append("</b>");
                html.append("<span>").append(Html.text(panel.meaning())).append("</span></figcaption>");
                html.append(new LinePlot(lines).svg(panel.title()));
                html.append("</figure>\n");
            }
        }
        return html.toString();
    }

    private static List<Line> lines(Panel panel, List<Report.Run> runs) {
        List<Line> lines = new ArrayList<>();
        for (Report.Run run : runs) {
            if (!panel.evaluation()) {
                add(lines, run, panel.metric(), false);
            }
            if (!panel.metric().equals("loss") || panel.evaluation()) {
                add(lines, run, EVALUATION + panel.metric(), true);
            }
        }
        return lines;
    }

    private static void add(List<Line> lines, Report.Run run, String metric, boolean evaluation) {
        List<Curves.Point> points = run.curves().points(metric);
        if (points.stream().anyMatch(point -> Double.isFinite(point.value()))) {
            String name = run.name() + (evaluation ? ", held out" : "");
            lines.add(new Line(name, run.color(), evaluation, !metric.equals("learning_rate"), points));
        }
    }
}
