// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Sample;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.GraphMemory;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Orpo;
import dev.vireo.tensor.Precision;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gradients that are exchanged while the backward pass still computes. */
@Timeout(120)
class OverlapTest {
    private static final Objective ORPO = new Orpo(0.5, NllScope.COMPLETION);
    private static final AdamWSettings ADAMW = new AdamWSettings(0.9, 0.999, 1e-8, 0.01, 1);

    private final Golden golden = Golden.of("llavanext-tiny");
    private final List<Sample> rows =
            List.of(golden.row("plain"), golden.row("lengths"), golden.row("unicode"), golden.row("two-images"));

    private final class Worker implements AutoCloseable {
        final VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
        final LoraAdapter adapter = GoldenAdapter.attach(golden, model, "language");
        final Replica replica = new Replica(
                model, adapter.parameters(), ORPO, ReferenceLogProbs.none(), ADAMW, new GraphMemory(1 << 22, 4));

        Worker(Replica.Summing summing) {
            replica.sum(summing);
        }

        StepResult step(List<List<Sample>> microBatches, GradientExchange exchange) {
            BatchTotals totals = GoldenRun.totals(List.of(rows), ORPO, model.imageTokenId());
            return replica.step(new StepInput(microBatches, totals, 5e-3), exchange);
        }

        @Override
        public void close() {
            replica.close();
            adapter.close();
            model.close();
        }
    }

    /** Passes on to another exchange and notes by which thread it is called. */
    private static class Noted implements GradientExchange {
        final List<String> threads = Collections.synchronizedList(new ArrayList<>());
        private final GradientExchange exchange;

        Noted(GradientExchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public int rank() {
            return exchange.rank();
        }

        @Override
        public int worldSize() {
            return exchange.worldSize();
        }

        @Override
        public void sum(ByteBuffer values) {
            threads.add(Thread.currentThread().getName());
            exchange.sum(values);
        }

        @Override
        public void sum(double[] values) {
            exchange.sum(values);
        }

        @Override
        public void sumShards(ByteBuffer values, int[] bounds) {
            exchange.sumShards(values, bounds);
        }

        @Override
        public void gatherShards(ByteBuffer values, int[] bounds) {
            exchange.gatherShards(values, bounds);
        }
    }

    @Test
    void twoWorkersGetTheSameBitsWhenTheirGradientsAreExchangedOnTheWay() throws Exception {
        PairExchange pair = new PairExchange();
        Noted after = new Noted(pair.rank(0));
        List<StepResult> behind = run(Replica.Summing.BEHIND, after, pair.rank(1));
        Noted during = new Noted(pair.rank(0));
        List<StepResult> overlapped = run(Replica.Summing.OVERLAPPED, during, pair.rank(1));
        assertThat(overlapped).isEqualTo(behind);
        assertThat(after.threads).hasSizeGreaterThan(3).doesNotContain("vireo-exchange");
        assertThat(during.threads).hasSameSizeAs(after.threads).containsOnly("vireo-exchange");
    }

    /** Three steps of two workers; rank 0's results. */
    private List<StepResult> run(Replica.Summing summing, GradientExchange first, GradientExchange second)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<StepResult> results = new ArrayList<>();
        try (Worker a = new Worker(summing);
                Worker b = new Worker(summing)) {
            for (int step = 0; step < 3; step++) {
                Future<StepResult> here =
                        threads.submit(() -> a.step(List.of(rows.subList(0, 1), rows.subList(1, 2)), first));
                Future<StepResult> there = threads.submit(() -> b.step(List.of(rows.subList(2, 4)), second));
                results.add(here.get());
                assertThat(there.get()).isEqualTo(here.get());
            }
            for (int i = 0; i < a.adapter.parameters().size(); i++) {
                assertThat(a.adapter.parameters().get(i).master().toFloatArray())
                        .isEqualTo(b.adapter.parameters().get(i).master().toFloatArray());
            }
        } finally {
            threads.shutdownNow();
        }
        return results;
    }

    @Test
    void oneWorkerExchangesNothing() {
        Noted alone = new Noted(GradientExchange.single());
        try (Worker worker = new Worker(Replica.Summing.OVERLAPPED)) {
            worker.step(List.of(rows), alone);
        }
        assertThat(alone.threads).isEmpty();
    }

    @Test
    void failureOfTheExchangeIsTheStepsAndTheNextStepStartsAnew() {
        IllegalStateException broken = new IllegalStateException("the network is gone");
        Noted failing = new Noted(new PairExchange().rank(0)) {
            @Override
            public void sum(ByteBuffer values) {
                throw broken;
            }
        };
        try (Worker worker = new Worker(Replica.Summing.OVERLAPPED);
                Worker other = new Worker(Replica.Summing.OVERLAPPED)) {
            assertThatThrownBy(() -> worker.step(List.of(rows), failing)).isSameAs(broken);
            assertThat(worker.replica.steps()).isZero();
            StepResult after = worker.step(List.of(rows), GradientExchange.single());
            assertThat(after).isEqualTo(other.step(List.of(rows), GradientExchange.single()));
        }
    }
}
