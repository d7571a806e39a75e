// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitialWeightsTest {
    private static final String NAME = "llava15-tiny";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {NAME, "onevision-tiny", "onevision-tied", "paligemma-tiny", "idefics2-tiny", "idefics3-tiny"})
    void namesAndShapesAreThoseOfThePublishedLayout(String name) throws IOException {
        Path made = make(name, "made", 1);
        try (Checkpoint expected = Checkpoint.open(Golden.of(name).model());
                Checkpoint actual = Checkpoint.open(made)) {
            assertThat(actual.names()).containsExactlyInAnyOrderElementsOf(expected.names());
            for (String weight : expected.names()) {
                assertThat(actual.info(weight).shape())
                        .as(weight)
                        .isEqualTo(expected.info(weight).shape());
            }
        }
    }

    @Test
    void theSeedDecidesEveryByte() throws IOException {
        byte[] once = Files.readAllBytes(make(NAME, "once", 1).resolve("model.safetensors"));
        byte[] again = Files.readAllBytes(make(NAME, "again", 1).resolve("model.safetensors"));
        byte[] other = Files.readAllBytes(make(NAME, "other", 2).resolve("model.safetensors"));
        assertThat(again).isEqualTo(once);
        assertThat(other).isNotEqualTo(once);
    }

    /** 100 000 draws: the mean's standard error is 0.003, that of the variance below 0.005. */
    @Test
    void drawsOfLargeWeightsHaveMeanZeroAndVarianceOne() {
        double sum = 0;
        double squares = 0;
        int draws = 100_000;
        for (int i = 0; i < draws; i++) {
            double x = InitialWeights.nearlyNormal(0x9E3779B97F4A7C15L * i);
            sum += x;
            squares += x * x;
        }
        assertThat(sum / draws).isBetween(-0.015, 0.015);
        assertThat(squares / draws).isBetween(0.98, 1.02);
    }

    private Path make(String name, String directory, long seed) throws IOException {
        Path golden = Golden.of(name).model();
        Path made = Files.createDirectory(folder.resolve(directory));
        Files.copy(golden.resolve("config.json"), made.resolve("config.json"));
        PretrainedModel.open(golden).writeInitialWeights(made, seed);
        return made;
    }
}
