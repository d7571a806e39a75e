// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import dev.vireo.jobs.report.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The words of {@code report.html}. */
record EvaluationPage(String model, List<String> inputs, EvaluationSummary summary) {
    private static final String INTERVAL = "95 % confidence interval";

    Report report(List<Report.Run> runs, List<Report.Card> gallery) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model", model);
        facts.put("shards", String.join(", ", inputs));
        facts.put("rows", Integer.toString(summary.rows()));
        facts.put("precision", summary.precision().name().toLowerCase(Locale.ROOT));
        facts.put("beta", Double.toString(summary.beta()));
        int adapters = summary.models().size() - 1;
        return new Report(
                adapters == 0 ? "Evaluation" : "Evaluation of " + names(),
                "Held-out rows, the base model" + (adapters == 0 ? "" : " and what training made of it"),
                facts,
                intervals(),
                tables(),
                runs,
                gallery);
    }

    private String names() {
        List<String> names =
                summary.models().stream().skip(1).map(ModelScores::name).toList();
        return names.size() == 1
                ? names.get(0)
                : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.get(names.size() - 1);
    }

    private List<Report.Intervals> intervals() {
        List<Report.Intervals> all = new ArrayList<>();
        add(all, "Chosen answer likelier than rejected", ModelScores::likelier);
        add(all, "Yes/no questions answered right", each -> each.yesNo().map(YesNoScores::share));
        return all;
    }

    private void add(List<Report.Intervals> all, String title, Function<ModelScores, Optional<Share>> share) {
        List<Report.Interval> rows = new ArrayList<>();
        for (ModelScores each : summary.models()) {
            share.apply(each).ifPresent(s -> rows.add(new Report.Interval(each.name(), s.value(), s.low(), s.high())));
        }
        if (!rows.isEmpty()) {
            all.add(new Report.Intervals(title, INTERVAL, rows));
        }
    }

    private List<Report.Table> tables() {
        List<Report.Table> tables = new ArrayList<>();
        tables.add(new Report.Table(
                "Preferences",
                "Means over all pairs; log-probabilities of answers in nats; rewards relative to the base. A reward"
                        + " accuracy is the share of pairs whose chosen answer gains more than the rejected one.",
                summary.preferenceHeader(),
                summary.preferenceRows()));
        if (!summary.yesNoRows().isEmpty()) {
            tables.add(new Report.Table(
                    "Yes/no questions",
                    "The models' own greedy answers, scored by AMBER's formulas: the positive class is No, an answer"
                            + " that begins with neither is wrong.",
                    summary.yesNoHeader(),
                    summary.yesNoRows()));
        }
        return tables;
    }
}
