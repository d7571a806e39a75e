// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * When training stops before its last step.
 *
 * @param patience evaluations in a row without a better metric; 0 never stops
 * @param minDelta smallest change of the metric that is better
 * @param klAbove divergence from the base model, nats a token; 0 never stops
 */
public record StopSettings(int patience, double minDelta, double klAbove) implements Serializable {
    static StopSettings read(SettingsReader stop) {
        return new StopSettings(stop.count("patience", 0), stop.notNegative("min-delta"), stop.notNegative("kl-above"));
    }

    /** Whether a divergence is one at which training stops. */
    public boolean isAlarm(double kl) {
        return klAbove > 0 && kl > klAbove;
    }
}
