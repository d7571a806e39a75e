// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.demo;

import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobOption;
import java.util.List;
import java.util.Map;

/**
 * One job of the demo.
 *
 * @param job its name on the command line
 * @param what it does here, for the user
 * @param runs the job
 * @param options directories, as on the command line
 * @param assignments settings beside those of the recipe
 */
record Step(String job, String what, Job runs, Map<JobOption, List<String>> options, List<String> assignments) {
    Step {
        options = Map.copyOf(options);
        assignments = List.copyOf(assignments);
    }

    /** The directory that it writes. */
    String output() {
        return String.join("", options.getOrDefault(JobOption.OUTPUT, List.of()));
    }
}
