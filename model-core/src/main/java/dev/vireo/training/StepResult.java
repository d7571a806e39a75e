// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one optimizer step was like, over the global batch: the same on every worker.
 *
 * @param loss the objective, nats
 * @param gradNorm 2-norm of the gradient before clipping
 * @param metrics by TRL's names
 * @param tokens packed tokens that were computed
 * @param flops floating-point operations of the model for them, KTO's further pass included, see {@link dev.vireo.model.Operations}
 * @param skipped whether the gradient was not finite, so that nothing was changed
 */
public record StepResult(
        double loss, double gradNorm, Map<String, Double> metrics, long tokens, double flops, boolean skipped) {
    public StepResult {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
