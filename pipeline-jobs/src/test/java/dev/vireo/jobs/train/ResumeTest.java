// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vireo.jobs.config.InvalidSettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that dies, and the next one that goes on. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ResumeTest {
    private static final String[] SETTINGS = {
        "train.steps=30", "train.learning-rate=1e-3", "train.save-every=5", "train.segment-steps=5"
    };

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "adapter/adapter_model.safetensors, train.objective=orpo",
        "adapter/adapter_model.safetensors, train.adam-8bit=true train.lora.dora=true train.lora.plus-ratio=4"
                + " train.lora.dropout=0.1",
        "model/model.safetensors, train.full=true train.objective=sft model.precision=bf16 train.master=kahan"
    })
    void killedRunGoesOnAndEndsWithTheSameBits(String result, String variant) throws Exception {
        String[] settings = Stream.concat(Arrays.stream(SETTINGS), Arrays.stream(variant.split(" ")))
                .toArray(String[]::new);
        TinyRun tiny = new TinyRun(folder);
        Path shards = tiny.shards("rows", 24, true);
        Path undisturbed = tiny.train(shards, "undisturbed", settings);
        Path killed = folder.resolve("killed");
        Process process = DriverProcess.start(shards, killed, Map.of(), settings);
        try {
            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> Files.exists(killed.resolve("checkpoints/step-5/commit.json")) || !process.isAlive());
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(killed.resolve("_SUCCESS.json"))
                .as("the run was killed early enough")
                .doesNotExist();

        TinyRun next = new TinyRun(folder);
        assertThatThrownBy(() -> next.train(shards, "killed", "train.steps=30", "train.learning-rate=2e-3"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("unfinished result with other inputs or settings");
        next.train(shards, "killed", settings);
        assertThat(next.console()).contains("going on from the checkpoint of step");
        assertThat(killed.resolve(result)).hasSameBinaryContentAs(undisturbed.resolve(result));
        assertThat(TinyRun.losses(killed)).isEqualTo(TinyRun.losses(undisturbed));
        assertThatThrownBy(() -> next.train(shards, "killed", settings))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("finished result");
    }
}
