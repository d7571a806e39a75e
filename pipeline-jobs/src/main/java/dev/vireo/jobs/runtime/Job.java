// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

/** One job: reads files, writes files, and prints where its output is. */
@FunctionalInterface
public interface Job {
    /**
     * Runs to the end. Arguments and settings were checked before; the inputs exist and the output may be written.
     *
     * @throws dev.vireo.jobs.config.InvalidSettingsException where the inputs show that an argument is wrong (exit 2)
     * @throws Exception anything else; the first line of its message says what to do (exit 1)
     */
    void run(JobContext context) throws Exception;
}
