// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

/** TRL's metrics of a preference pair. */
final class PairMetrics {
    private PairMetrics() {}

    /**
     * @param chosenReward beta times the log-prob (ORPO) or the log-ratio (DPO) of the chosen answer
     * @param chosenLogp what {@code logps/chosen} averages
     */
    static void add(
            MetricSums sums, double chosenReward, double rejectedReward, double chosenLogp, double rejectedLogp) {
        sums.add("rewards/chosen", chosenReward, 1);
        sums.add("rewards/rejected", rejectedReward, 1);
        sums.add("rewards/accuracies", chosenReward > rejectedReward ? 1 : 0, 1);
        sums.add("rewards/margins", chosenReward - rejectedReward, 1);
        sums.add("logps/chosen", chosenLogp, 1);
        sums.add("logps/rejected", rejectedLogp, 1);
    }
}
