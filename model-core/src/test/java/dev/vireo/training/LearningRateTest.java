// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.training.LearningRate.Schedule;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schedules against transformers' {@code get_scheduler}. */
class LearningRateTest {
    @ParameterizedTest
    @CsvSource({
        "constant, CONSTANT, false",
        "linear, LINEAR, false",
        "cosine, COSINE, false",
        "polynomial, LINEAR, true",
        "cosine_with_min_lr, COSINE, true"
    })
    void ratesAreThoseOfTransformers(String label, Schedule schedule, boolean minimum) throws Exception {
        JsonArray cases = JsonParser.parseString(
                        Files.readString(Path.of("src/test/resources/golden/optimizers/schedules.json")))
                .getAsJsonArray();
        for (JsonElement each : cases) {
            JsonObject made = each.getAsJsonObject();
            LearningRate rate = new LearningRate(
                    schedule,
                    made.get("peak").getAsDouble(),
                    minimum ? made.get("minimum").getAsDouble() : 0,
                    made.get("warmup").getAsLong(),
                    made.get("steps").getAsLong());
            JsonArray rates = made.getAsJsonArray("rates");
            for (int step = 0; step < rates.size(); step++) {
                double expected = rates.get(step).getAsJsonObject().get(label).getAsDouble();
                assertThat(rate.at(step)).as(label + " step " + step).isCloseTo(expected, within(1e-12));
            }
        }
    }

    @Test
    void lowestRateIsBelowThePeak() {
        assertThatThrownBy(() -> new LearningRate(Schedule.LINEAR, 1e-4, 2e-4, 0, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("train.min-learning-rate: 2.0E-4")
                .hasMessageContaining("1.0E-4");
    }
}
