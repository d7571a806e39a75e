// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.storage.OutputDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VireoTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path model;
    private Path input;
    private Path output;

    @BeforeEach
    void makeInputs() throws IOException {
        model = Files.createDirectory(folder.resolve("a model"));
        Files.writeString(model.resolve("config.json"), "{}");
        input = Files.createDirectory(folder.resolve("shards"));
        output = folder.resolve("out");
    }

    @Test
    void jobGetsItsArgumentsAndSettings() {
        List<String> seen = new ArrayList<>();
        Job job = context -> {
            seen.add(context.arguments().model());
            seen.addAll(context.arguments().inputs());
            seen.add(context.arguments().output());
            seen.add(String.valueOf(context.settings().train().objective().beta()));
            context.console().print("done");
        };
        int status = run(
                job,
                "--model",
                model.toString(),
                "--input",
                input + "," + input,
                "--output",
                output.toString(),
                "train.beta=0.5");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(status).isZero();
        assertThat(seen)
                .containsExactly(model.toString(), input.toString(), input.toString(), output.toString(), "0.5");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("done");
    }

    @Test
    void wrongArgumentsAndSettingsAreAllListedAndNothingIsWritten() {
        int status = run(neverRuns(), "--model", model.toString(), "--nonsense", "train.beta=-1", "prepare.bos=always");
        assertThat(status).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("--nonsense")
                .contains("Missing --input SHARDS")
                .contains("Missing --output DIR")
                .contains("Invalid train.beta: -1 (expected > 0)")
                .contains("Invalid argument prepare.bos=always: train does not read settings of prepare");
        assertThat(output).doesNotExist();
    }

    @Test
    void missingFilesAreAllNamedBeforeTheJobStarts() {
        int status = run(
                neverRuns(),
                "--model",
                input.toString(),
                "--input",
                folder + "/none",
                "--output",
                output.toString(),
                "--adapter",
                folder + "/nope",
                "train.lerning-rate=1");
        assertThat(status).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("Cannot read --model " + input + ": it has no config.json")
                .contains("Cannot read --input " + folder + "/none: there is no such file or directory")
                .contains("Cannot read --adapter " + folder + "/nope: there is no such file or directory")
                .contains("Unknown setting train.lerning-rate (did you mean train.learning-rate?)");
    }

    @Test
    void finishedOutputIsReplacedOnlyWhenAsked() throws IOException {
        Files.createDirectory(output);
        Files.writeString(output.resolve("_SUCCESS.json"), "{}");
        String[] arguments = {"--model", model.toString(), "--input", input.toString(), "--output", output.toString()};
        assertThat(run(neverRuns(), arguments)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("Cannot write --output " + output + ": it holds a finished result; add --overwrite");
        String[] overwrite = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        overwrite[arguments.length] = "--overwrite";
        Job job = context -> OutputDirectory.open(
                        context.storage(),
                        context.arguments().output(),
                        "train",
                        "x",
                        context.arguments().overwrite())
                .finish(new com.google.gson.JsonObject());
        assertThat(run(job, overwrite)).isZero();
    }

    @Test
    void failureIsOneLineAndTheTraceComesWithDebug() {
        Job job = context -> {
            throw new IllegalStateException("outer", new IOException("Cannot read shard 3: disk gone\nmore"));
        };
        String[] arguments = {"--model", model.toString(), "--input", input.toString(), "--output", output.toString()};
        assertThat(run(job, arguments)).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("train failed: Cannot read shard 3: disk gone");
        String[] debug = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        debug[arguments.length] = "--debug";
        assertThat(run(job, debug)).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("at dev.vireo.jobs.VireoTest");
    }

    @Test
    void helpOfTheJobListsOptionsAndSettingsWithDefaults() {
        assertThat(run(neverRuns(), "--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("--model", "--input", "--adapter", "--output", "--conf", "--overwrite", "--debug")
                .contains("train.learning-rate=1e-5")
                .contains("Weight of the preference: beta of DPO, CPO, SimPO and KTO, lambda of ORPO")
                .doesNotContain("prepare.schema");
    }

    @Test
    void helpListsTheJobsThatExist() {
        assertThat(Vireo.run(List.of(definition(neverRuns())), List.of("--help"), console(), null))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("train           Trains.");
    }

    @Test
    void unknownJobIsRefusedWithTheJobsThatExist() {
        assertThat(Vireo.run(List.of(definition(neverRuns())), List.of("trane"), console(), null))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Unknown job trane (expected one of train)");
    }

    private int run(Job job, String... arguments) {
        List<String> all = new ArrayList<>(List.of("train"));
        all.addAll(List.of(arguments));
        return Vireo.run(List.of(definition(job)), all, console(), null);
    }

    private Console console() {
        return new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
    }

    private static Job neverRuns() {
        return context -> {
            throw new AssertionError("The job must not start");
        };
    }

    private static JobDefinition definition(Job job) {
        return new JobDefinition(
                "train",
                "Trains.",
                EnumSet.of(JobOption.MODEL, JobOption.SHARDS, JobOption.OUTPUT),
                EnumSet.of(JobOption.ADAPTER),
                List.of("train", "model"),
                job);
    }
}
