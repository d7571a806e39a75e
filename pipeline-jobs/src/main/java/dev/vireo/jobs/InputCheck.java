// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Looks at the files and directories of the arguments before anything starts. Writes nothing. */
final class InputCheck {
    private InputCheck() {}

    /** One sentence for each file or directory that is missing, or may not be written. */
    static List<String> problems(JobDefinition definition, JobArguments arguments, Storage storage) throws IOException {
        List<String> problems = new ArrayList<>();
        for (JobOption option : definition.options()) {
            if (option == JobOption.OUTPUT || option.isFlag()) {
                continue;
            }
            List<String> given = arguments.values().getOrDefault(option, List.of());
            List<String> paths = option == JobOption.ADAPTERS
                    ? List.copyOf(arguments.adapters().values())
                    : given;
            if (paths.size() < given.size()) {
                problems.add("Invalid --adapter: two of " + String.join(", ", given)
                        + " have one name; write NAME=DIR to tell them apart");
            }
            for (String path : paths) {
                if (!storage.exists(path)) {
                    problems.add("Cannot read " + option.flag() + " " + path + ": there is no such file or directory");
                } else if (option == JobOption.MODEL && !storage.exists(Storage.child(path, "config.json"))) {
                    problems.add("Cannot read --model " + path + ": it has no config.json; expected a Hugging Face"
                            + " model directory");
                }
            }
        }
        if (arguments.values().containsKey(JobOption.OUTPUT) && !arguments.dryRun()) {
            try {
                OutputDirectory.requireWritable(storage, arguments.output(), arguments.overwrite());
            } catch (InvalidSettingsException e) {
                problems.addAll(e.problems());
            }
        }
        return problems;
    }
}
