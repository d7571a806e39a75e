// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.config.StopSettings;
import dev.vireo.jobs.train.StepRecord.Names;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds out whether training stops before its last step, and why. Confined to one thread. */
final class StopRule {
    private final StopSettings settings;
    private final String metric;
    private int notBetter;
    private @Nullable String reason;

    StopRule(TrainPlan plan) {
        this.settings = plan.train().stop();
        this.metric = plan.train().checkpoint().bestMetric();
    }

    /** Evaluations in a row that were not better. */
    int notBetter() {
        return notBetter;
    }

    /** Goes back to a commit with the best evaluation that it knows. */
    void restore(int evaluations, @Nullable Double best) {
        notBetter = evaluations;
        reason = null;
        requirePatience(best);
    }

    /**
     * Looks at what a segment did.
     *
     * @param best the best evaluation before it, if there was one
     */
    void accept(List<StepRecord> steps, @Nullable StepRecord evaluation, @Nullable Double best) {
        for (StepRecord step : steps) {
            alarm(step, Names.KL);
        }
        if (evaluation == null) {
            return;
        }
        alarm(evaluation, Names.EVAL + Names.KL);
        double value = evaluation.value(metric);
        boolean better = best == null || BestModel.gain(metric, value, best) > settings.minDelta();
        notBetter = better ? 0 : notBetter + 1;
        requirePatience(best);
    }

    private void requirePatience(@Nullable Double best) {
        if (settings.patience() > 0 && notBetter >= settings.patience() && reason == null) {
            reason = String.format(
                    Locale.ROOT,
                    "%s did not become better than %.4f by more than %s in %d evaluation%s (train.stop.patience)",
                    metric,
                    best,
                    settings.minDelta(),
                    notBetter,
                    notBetter == 1 ? "" : "s");
        }
    }

    private void alarm(StepRecord record, String name) {
        double kl = record.value(name);
        if (settings.isAlarm(kl) && reason == null) {
            reason = String.format(
                    Locale.ROOT,
                    "%s %.4f at step %d is above %s (train.stop.kl-above)",
                    name,
                    kl,
                    record.step(),
                    settings.klAbove());
        }
    }

    /** Why training stops; null while it goes on. */
    @Nullable
    String reason() {
        return reason;
    }
}
