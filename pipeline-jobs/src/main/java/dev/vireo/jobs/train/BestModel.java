// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which evaluation is the best: by {@code train.best-metric}. */
final class BestModel {
    /** Of these the smaller value is the better one. */
    private static final List<String> SMALLER = List.of("loss", "kl");

    private BestModel() {}

    /** Whether an evaluation is better than the best before. */
    static boolean improves(TrainPlan plan, StepRecord evaluation, @Nullable Double before) {
        String metric = plan.train().checkpoint().bestMetric();
        double value = evaluation.value(metric);
        if (Double.isNaN(value)) {
            return false;
        }
        return before == null || gain(metric, value, before) > 0;
    }

    /** By how much a value is better than another. */
    static double gain(String metric, double value, double before) {
        return isSmallerBetter(metric) ? before - value : value - before;
    }

    static boolean isSmallerBetter(String metric) {
        return SMALLER.stream().anyMatch(metric::endsWith);
    }
}
