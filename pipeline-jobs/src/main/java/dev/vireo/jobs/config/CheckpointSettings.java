// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * When training logs, evaluates and saves. All intervals are in optimizer steps.
 *
 * @param evalEvery between two evaluations; 0 evaluates at the end only
 * @param evalRows pairs that are evaluated; 0 is all
 * @param bestMetric by which the best checkpoint is chosen
 * @param saveEvery between two checkpoints; 0 saves at the end only
 * @param keep checkpoints that are kept
 * @param logEvery between two lines of {@code metrics.jsonl}
 * @param klRows rows of a step on which the divergence from the base model is measured
 * @param klEvery rows that a worker trains between two such steps
 * @param segmentSteps in one Spark job
 */
public record CheckpointSettings(
        int evalEvery,
        int evalRows,
        String bestMetric,
        int saveEvery,
        int keep,
        int logEvery,
        int klRows,
        int klEvery,
        int segmentSteps)
        implements Serializable {
    static CheckpointSettings read(SettingsReader train) {
        CheckpointSettings settings = new CheckpointSettings(
                train.count("eval-every", 0),
                train.count("eval-rows", 0),
                train.text("best-metric"),
                train.count("save-every", 0),
                train.count("keep", 1),
                train.count("log-every", 1),
                train.count("kl-rows", 0),
                train.count("kl-every", 1),
                train.count("segment-steps", 1));
        if (!settings.bestMetric.startsWith("eval_")) {
            train.invalid("best-metric", "a metric of the evaluation, such as eval_loss or eval_rewards/accuracies");
        }
        return settings;
    }
}
