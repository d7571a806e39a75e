// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.jobs.config.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoggedStepsTest {
    private static final int STEPS = 30;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // The first four, then behind every fourth row; the last.
                "train.kl-every=4 | 1 2 3 4 8 12 16 20 24 28 30",
                // A worker's rows of a step are as many: every step.
                "train.kl-every=4 train.batch-size=2 train.accumulation=2 train.log-every=10 | 10 20 30",
                // What other workers train does not count, since they wait.
                "train.kl-every=10 train.workers=8 train.log-every=5 | 5 10 20 30",
                "train.kl-every=7 train.log-every=5 | 5 10 15 25 30",
                "train.kl-every=1 train.log-every=9 | 9 18 27 30",
                "train.kl-every=9 train.batch-size=3 | 1 2 3 4 5 6 7 8 9 12 15 18 21 24 27 30",
                "train.kl-rows=0 | ''",
                "train.full=true train.log-every=10 | 10 20 30",
            })
    void divergenceIsMeasuredAtFirstAndThenEverySoManyRows(String settings, String expected) {
        LoggedSteps logged = new LoggedSteps(
                Settings.resolve(null, List.of(), Arrays.asList(settings.split(" ")))
                        .train(),
                STEPS);
        assertThat(LongStream.rangeClosed(1, STEPS)
                        .filter(done -> logged.watch(done).divergenceRows() > 0)
                        .mapToObj(Long::toString)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected);
        for (long done = 1; done <= STEPS; done++) {
            assertThat(logged.watch(done).logged()).isEqualTo(logged.contains(done));
        }
    }
}
