// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * What training does when something goes wrong.
 *
 * @param maxFailures failed segments in a row after which training stops
 * @param maxSkipped steps in a row with a gradient that is not finite after which training stops
 * @param hangSeconds least silence of a worker in a step after which it counts as hanging
 * @param graceSeconds how long a process that is asked to end may take to end the step and to write a checkpoint
 */
public record FaultSettings(int maxFailures, int maxSkipped, int hangSeconds, int graceSeconds)
        implements Serializable {
    static FaultSettings read(SettingsReader train) {
        return new FaultSettings(
                train.count("max-failures", 1),
                train.count("max-skipped", 1),
                train.count("hang-timeout", 1),
                train.count("grace-period", 0));
    }
}
