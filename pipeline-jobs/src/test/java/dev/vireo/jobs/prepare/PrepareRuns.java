// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.JobOption;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs the job on golden models and files, all runs on one Spark. */
final class PrepareRuns implements AutoCloseable {
    static final Path GOLDEN = Path.of("..", "model-core", "src", "test", "resources", "golden");
    static final Path PARQUET = Path.of("src", "test", "resources", "golden", "parquet");

    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(text, true, StandardCharsets.UTF_8);
    private final JobContext context;

    /**
     * @param master Spark's, such as {@code local[2]}
     */
    PrepareRuns(String master) {
        Map<String, String> spark =
                Map.of("spark.master", master, "spark.driver.host", "127.0.0.1", "spark.ui.enabled", "false");
        spark.forEach(System::setProperty);
        try {
            context = new JobContext("test", new JobArguments(Map.of(), false), Settings.defaults(), console(), null);
            context.spark();
        } finally {
            spark.keySet().forEach(System::clearProperty);
        }
    }

    static String model(String name) {
        return GOLDEN.resolve(name).resolve("model").toString();
    }

    static String input(String schema) {
        return PARQUET.resolve(schema + ".parquet").toString();
    }

    void run(String model, String input, Path output, String... settings) throws Exception {
        run(model, List.of(input), output.toString(), false, settings);
    }

    void run(String model, List<String> inputs, String output, boolean overwrite, String... settings) throws Exception {
        JobArguments arguments = new JobArguments(
                Map.of(
                        JobOption.MODEL, List.of(model),
                        JobOption.PARQUET, inputs,
                        JobOption.OUTPUT, List.of(output)),
                overwrite);
        try (JobContext nested =
                context.nested("prepare", arguments, Settings.resolve(null, List.of(), List.of(settings)))) {
            new PrepareJob().run(nested);
        }
    }

    /** Shows what would become of some rows; there is no output that it could write to. */
    void dryRun(String model, String input, String... settings) throws Exception {
        JobArguments arguments = new JobArguments(
                Map.of(
                        JobOption.MODEL, List.of(model),
                        JobOption.PARQUET, List.of(input),
                        JobOption.DRY_RUN, List.of("true")),
                false);
        try (JobContext nested =
                context.nested("prepare", arguments, Settings.resolve(null, List.of(), List.of(settings)))) {
            new PrepareJob().run(nested);
        }
    }

    JobContext context() {
        return context;
    }

    /** What was printed since the last call. */
    String printed() {
        String printed = text.toString(StandardCharsets.UTF_8);
        text.reset();
        return printed;
    }

    private Console console() {
        return new Console(stream, stream, false);
    }

    @Override
    public void close() {
        context.close();
    }
}
