// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.TestDevice;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.GraphMemory;
import dev.vireo.objective.Sft;
import dev.vireo.tensor.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Full training whose optimizer's state is divided between two workers. */
@Timeout(120)
class SharedOptimizerTest {
    private static final AdamWSettings ADAMW = new AdamWSettings(0.9, 0.999, 1e-8, 0.01, 1);

    private final Golden golden = Golden.of("llava15-tiny");
    private final List<Sample> rows = List.of(golden.row("plain"), golden.row("lengths"));

    @TempDir
    private Path directory;

    private final class Worker implements AutoCloseable {
        final VisionLanguageModel model = GoldenModels.loader(golden).trainable(TestDevice.get(), Precision.FP32);
        final Replica replica = new Replica(
                model, Replica.allTrainable(model), new Sft(), ReferenceLogProbs.none(), ADAMW, new GraphMemory(0, 4));

        StepResult step(int row, GradientExchange exchange) {
            List<List<Sample>> mine = List.of(List.of(rows.get(row)));
            BatchTotals totals = GoldenRun.totals(List.of(rows), new Sft(), model.imageTokenId());
            return replica.step(new StepInput(mine, totals, 1e-3), exchange);
        }

        boolean hasWeightsOf(Worker other) {
            for (int i = 0; i < Replica.allTrainable(model).size(); i++) {
                float[] mine = Replica.allTrainable(model).get(i).master().toFloatArray();
                if (!Arrays.equals(
                        mine, Replica.allTrainable(other.model).get(i).master().toFloatArray())) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void close() {
            replica.close();
            model.close();
        }
    }

    /** Work of one of two workers. */
    private interface Work {
        StepResult of(Worker worker, int rank, GradientExchange exchange);
    }

    /** Does the work as two workers at the same time; rank 0's last result. */
    private static StepResult together(List<Worker> workers, Work work) throws Exception {
        PairExchange pair = new PairExchange();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<StepResult>> results = new ArrayList<>();
            for (int rank = 0; rank < 2; rank++) {
                int mine = rank;
                results.add(threads.submit(() -> work.of(workers.get(mine), mine, pair.rank(mine))));
            }
            StepResult first = results.get(0).get();
            assertThat(results.get(1).get()).isEqualTo(first);
            return first;
        } finally {
            threads.shutdownNow();
        }
    }

    private static StepResult steps(Worker worker, int rank, GradientExchange exchange, int count) {
        StepResult last = worker.step(rank, exchange);
        for (int step = 1; step < count; step++) {
            last = worker.step(rank, exchange);
        }
        return last;
    }

    @Test
    void stepsAndCheckpointsAreThoseOfWorkersThatHoldEverything() throws Exception {
        Path whole = Files.createDirectory(directory.resolve("whole"));
        Path shared = Files.createDirectory(directory.resolve("shared"));
        try (Worker a = new Worker();
                Worker b = new Worker();
                Worker c = new Worker();
                Worker d = new Worker()) {
            StepResult expected = together(List.of(a, b), (worker, rank, exchange) -> {
                StepResult last = steps(worker, rank, exchange, 3);
                if (rank == 0) {
                    worker.replica.save(whole);
                }
                return last;
            });
            StepResult result = together(List.of(c, d), (worker, rank, exchange) -> {
                worker.replica.shareOptimizer(rank, 2);
                StepResult last = steps(worker, rank, exchange, 3);
                if (rank == 0) {
                    worker.replica.save(shared, exchange);
                } else {
                    worker.replica.contribute(exchange);
                }
                return last;
            });
            assertThat(result).isEqualTo(expected);
            assertThat(c.hasWeightsOf(a)).isTrue();
            assertThat(d.hasWeightsOf(a)).isTrue();
            assertThat(Files.mismatch(whole.resolve(TrainingState.FILE), shared.resolve(TrainingState.FILE)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void anotherNumberOfWorkersGoesOnFromTheCheckpoint() throws Exception {
        try (Worker first = new Worker();
                Worker a = new Worker();
                Worker b = new Worker();
                Worker c = new Worker();
                Worker d = new Worker()) {
            steps(first, 0, GradientExchange.single(), 2);
            first.replica.save(directory);
            StepResult expected = together(List.of(a, b), (worker, rank, exchange) -> {
                worker.replica.restore(directory);
                return steps(worker, rank, exchange, 2);
            });
            StepResult result = together(List.of(c, d), (worker, rank, exchange) -> {
                worker.replica.shareOptimizer(rank, 2);
                worker.replica.restore(directory);
                return steps(worker, rank, exchange, 2);
            });
            assertThat(result).isEqualTo(expected);
            assertThat(c.replica.steps()).isEqualTo(4);
            assertThat(d.hasWeightsOf(b)).isTrue();
        }
    }

    @Test
    void partOfAStateIsNotSavedAsTheWhole() {
        try (Worker worker = new Worker()) {
            worker.replica.shareOptimizer(1, 2);
            assertThat(worker.replica.holdsOptimizer(1, 2)).isTrue();
            assertThatThrownBy(() -> worker.replica.save(directory))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("shared by 2 workers");
        }
    }

    @Test
    void stateOfAnotherModelIsRefused() throws Exception {
        Golden next = Golden.of("llavanext-tiny");
        try (VisionLanguageModel model = GoldenModels.loader(next).trainable(TestDevice.get(), Precision.FP32);
                Replica other = new Replica(
                        model,
                        Replica.allTrainable(model),
                        new Sft(),
                        ReferenceLogProbs.none(),
                        ADAMW,
                        new GraphMemory(0, 4));
                Worker worker = new Worker()) {
            other.save(directory);
            worker.replica.shareOptimizer(0, 2);
            assertThatThrownBy(() -> worker.replica.restore(directory))
                    .isInstanceOf(CheckpointMismatchException.class)
                    .hasMessageContaining("Cannot resume from");
        }
    }
}
