// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The driver with very many workers. */
@Timeout(240)
class SimulationTest {
    @TempDir
    Path folder;

    @Test
    void thousandWorkersOfWhichManyDieComeToTheEndWithEveryStepOnce() throws Exception {
        int workers = 1000;
        try (SimulatedFleet fleet = Simulation.run(folder, workers, 40, 0.4, 3)) {
            assertThat(fleet.deaths()).isPositive();
            assertThat(TinyRun.steps(folder))
                    .extracting((JsonObject line) -> line.get("step").getAsInt())
                    .hasSize(40)
                    .isSorted()
                    .doesNotHaveDuplicates();
            // At most the work since the last commit, 20 steps, is repeated for each death.
            assertThat(fleet.stepsDone()).isLessThanOrEqualTo(40 + 20L * fleet.deaths());
            // Each worker enters once and asks a few times; rank 0 alone reports.
            assertThat(fleet.busiestJoin().calls()).isLessThan(20L * workers);
            assertThat(fleet.busiestJoin().busySeconds()).isLessThan(2);
            assertThat(fleet.whileTraining().calls())
                    .isLessThanOrEqualTo(fleet.stepsDone() + (long) fleet.deaths() * workers);
        }
    }
}
