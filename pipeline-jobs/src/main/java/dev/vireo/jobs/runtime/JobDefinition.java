// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How a job appears on the command line.
 *
 * @param name of the command, such as {@code train}
 * @param purpose one line of help
 * @param required options without which the job cannot run
 * @param optional options that may be left out
 * @param sections of the settings that the job reads, in the order of help
 * @param job what runs
 */
public record JobDefinition(
        String name, String purpose, Set<JobOption> required, Set<JobOption> optional, List<String> sections, Job job) {
    /** Copies the sets, keeping the order of {@link JobOption}. */
    public JobDefinition {
        required = Set.copyOf(required);
        optional = Set.copyOf(optional);
        sections = List.copyOf(sections);
    }

    /** All options of directories and files, in the order of help. */
    public Set<JobOption> options() {
        EnumSet<JobOption> all = EnumSet.noneOf(JobOption.class);
        all.addAll(required);
        all.addAll(optional);
        return all;
    }
}
