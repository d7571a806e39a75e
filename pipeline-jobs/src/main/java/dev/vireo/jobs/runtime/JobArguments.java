// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files and directories that a job was given; Hadoop paths as the user wrote them.
 *
 * @param values by option, in the order given, lists split at commas
 * @param overwrite whether a finished result in the output may be replaced
 */
public record JobArguments(Map<JobOption, List<String>> values, boolean overwrite) {
    /** Copies the values. */
    public JobArguments {
        values = Map.copyOf(values);
    }

    /** The model directory. */
    public String model() {
        return only(JobOption.MODEL);
    }

    /** The output directory. */
    public String output() {
        return only(JobOption.OUTPUT);
    }

    /** The inputs of a job that reads Parquet or shards. */
    public List<String> inputs() {
        return values.containsKey(JobOption.PARQUET) ? all(JobOption.PARQUET) : all(JobOption.SHARDS);
    }

    /** Whether the job only looks and writes nothing. */
    public boolean dryRun() {
        return values.containsKey(JobOption.DRY_RUN);
    }

    /** The held-out rows, if given. */
    public @Nullable String eval() {
        return first(JobOption.EVAL);
    }

    /** The adapter's directory of a job that takes one, if given. */
    public @Nullable String adapter() {
        return first(JobOption.ADAPTER);
    }

    /** The directories of the adapters that become one, in the order given. */
    public List<String> averaged() {
        return all(JobOption.AVERAGED);
    }

    /** The model directory of a job that can do without one, if given. */
    public @Nullable String modelIfGiven() {
        return first(JobOption.MODEL);
    }

    /** Adapter directories by name, in the order given; a name that was left out is the directory's last part. */
    public Map<String, String> adapters() {
        Map<String, String> named = new LinkedHashMap<>();
        for (String each : all(JobOption.ADAPTERS)) {
            int equals = each.indexOf('=');
            String directory = each.substring(equals + 1);
            named.put(equals > 0 ? each.substring(0, equals) : lastPart(directory), directory);
        }
        return Collections.unmodifiableMap(named);
    }

    private static String lastPart(String directory) {
        String trimmed = directory.replaceAll("/+$", "");
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    private List<String> all(JobOption option) {
        return values.getOrDefault(option, List.of());
    }

    private @Nullable String first(JobOption option) {
        List<String> given = all(option);
        return given.isEmpty() ? null : given.get(0);
    }

    private String only(JobOption option) {
        String value = first(option);
        if (value == null) {
            throw new IllegalStateException("This job was not given " + option.flag());
        }
        return value;
    }
}
