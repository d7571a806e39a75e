// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.ArrayList;
import java.util.List;

/** TRL's metrics of a preference pair. */
final class PairMetrics {
    private static final List<String> NAMES = List.of(
            "rewards/chosen",
            "rewards/rejected",
            "rewards/accuracies",
            "rewards/margins",
            "rewards/margins_std",
            "logps/chosen",
            "logps/rejected");

    private PairMetrics() {}

    /** The names that {@link #add} adds to, then the further ones. */
    static List<String> names(String... further) {
        var names = new ArrayList<>(NAMES);
        names.addAll(List.of(further));
        return List.copyOf(names);
    }

    /**
     * @param chosenReward beta times the log-prob (ORPO) or the log-ratio (DPO) of the chosen answer
     * @param chosenLogp what {@code logps/chosen} averages
     * @param rounding difference of rewards that is no difference
     */
    static void add(
            MetricSums sums,
            double chosenReward,
            double rejectedReward,
            double chosenLogp,
            double rejectedLogp,
            double rounding) {
        sums.add("rewards/chosen", chosenReward, 1);
        sums.add("rewards/rejected", rejectedReward, 1);
        sums.add("rewards/accuracies", chosenReward - rejectedReward > rounding ? 1 : 0, 1);
        sums.addWithSpread("rewards/margins", chosenReward - rejectedReward);
        sums.add("logps/chosen", chosenLogp, 1);
        sums.add("logps/rejected", rejectedLogp, 1);
    }
}
