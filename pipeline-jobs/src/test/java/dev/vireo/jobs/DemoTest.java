// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.jobs.runtime.Console;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DemoTest {
    @TempDir
    Path folder;

    @Test
    void everyStepRunsAndTheReportIsThere() throws Exception {
        Path output = folder.resolve("demo");
        List<String> arguments = List.of(
                "--output",
                output.toString(),
                "demo.pictures=12",
                "demo.asked-pictures=8",
                "demo.test-pictures=8",
                "train.steps=2",
                "train.warmup-steps=0",
                "train.eval-every=0",
                "evaluate.gallery=2");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(run(arguments, out)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("yes/no accuracy", "right answer likelier", "answered exactly right", "report.html");
        assertThat(Files.readString(output.resolve("report.html"))).startsWith("<!");
        assertThat(output.resolve("train/adapter/adapter_model.safetensors")).exists();
        assertThat(run(arguments, new ByteArrayOutputStream())).isEqualTo(Launcher.WRONG_ARGUMENTS);
    }

    private static int run(List<String> arguments, ByteArrayOutputStream out) {
        PrintStream results = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new Launcher(new Console(results, new PrintStream(new ByteArrayOutputStream()), false), null)
                .run(Demo.JOB, arguments);
    }
}
