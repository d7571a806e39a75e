// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.GraphMemory;
import dev.vireo.nn.Parameter;
import dev.vireo.objective.MetricSums;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Orpo;
import dev.vireo.tensor.Precision;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that must agree whatever way the work is cut, and states that must survive. */
class ReplicaTest {
    private static final Objective ORPO = new Orpo(0.5, NllScope.COMPLETION);
    private static final AdamWSettings ADAMW = new AdamWSettings(0.9, 0.999, 1e-8, 0.01, 1);
    private static final double RATE = 5e-3;
    /** Another order of float32 sums. */
    private static final double ROUNDING = 1e-5;

    private final Golden golden = Golden.of("llavanext-tiny");
    private final List<Sample> rows =
            List.of(golden.row("plain"), golden.row("lengths"), golden.row("unicode"), golden.row("two-images"));

    @TempDir
    private Path directory;

    /** A model with an adapter and its optimizer. */
    private final class Worker implements AutoCloseable {
        final VisionLanguageModel model;
        final LoraAdapter adapter;
        final List<Parameter> parameters;
        final Replica replica;

        Worker(Precision precision) {
            this(precision, 1 << 22);
        }

        Worker(Precision precision, long graphBytes) {
            model = GoldenModels.load(golden, precision);
            adapter = GoldenAdapter.attach(golden, model, "language");
            parameters = adapter.parameters();
            replica = new Replica(
                    model, parameters, ORPO, ReferenceLogProbs.none(), ADAMW, new GraphMemory(graphBytes, 4));
        }

        StepResult step(List<List<Sample>> microBatches, GradientExchange exchange) {
            return step(microBatches, exchange, 1);
        }

        StepResult step(List<List<Sample>> microBatches, GradientExchange exchange, int divergenceRows) {
            BatchTotals totals = GoldenRun.totals(List.of(rows), ORPO, model.imageTokenId());
            StepInput.Watch watch = new StepInput.Watch(divergenceRows, true);
            return replica.step(new StepInput(microBatches, totals, RATE, watch), exchange);
        }

        @Override
        public void close() {
            replica.close();
            adapter.close();
            model.close();
        }
    }

    @Test
    void accumulatedMicroBatchesEqualOneBatch() {
        try (Worker whole = new Worker(Precision.FP32);
                Worker parts = new Worker(Precision.FP32)) {
            for (int step = 0; step < 3; step++) {
                StepResult a = whole.step(List.of(rows), GradientExchange.single());
                StepResult b = parts.step(List.of(rows.subList(0, 1), rows.subList(1, 4)), GradientExchange.single());
                assertThat(b.loss()).isCloseTo(a.loss(), within(ROUNDING));
                assertThat(b.gradNorm()).isCloseTo(a.gradNorm(), within(ROUNDING * a.gradNorm() + ROUNDING));
                a.metrics()
                        .forEach((name, value) ->
                                assertThat(b.metrics().get(name)).as(name).isCloseTo(value, within(1e-4)));
            }
        }
    }

    @Test
    void lossesDoNotDependOnHowRowsArePacked() {
        try (Worker counted = new Worker(Precision.FP32);
                Worker packed = new Worker(Precision.FP32)) {
            int longest = rows.stream().mapToInt(Sample::tokens).max().orElseThrow();
            DataOrder order = DataOrder.sequential(rows.size(), 1, rows.size());
            DataOrder byLength = order.packed(longest + 40, row -> rows.get(row).tokens());
            assertThat(byLength.microBatches(0)).hasSizeLessThan(rows.size());
            for (int step = 0; step < 3; step++) {
                StepResult a = counted.step(samples(order.microBatches(step)), GradientExchange.single());
                StepResult b = packed.step(samples(byLength.microBatches(step)), GradientExchange.single());
                assertThat(b.loss()).isCloseTo(a.loss(), within(ROUNDING));
                assertThat(b.gradNorm()).isCloseTo(a.gradNorm(), within(ROUNDING * a.gradNorm() + ROUNDING));
            }
        }
    }

    private List<List<Sample>> samples(List<int[]> microBatches) {
        return microBatches.stream()
                .map(part -> Arrays.stream(part).mapToObj(rows::get).toList())
                .toList();
    }

    @Test
    void twoWorkersEqualOne() throws Exception {
        PairExchange pair = new PairExchange();
        var threads = Executors.newFixedThreadPool(2);
        try (Worker alone = new Worker(Precision.FP32);
                Worker first = new Worker(Precision.FP32);
                Worker second = new Worker(Precision.FP32)) {
            for (int step = 0; step < 3; step++) {
                StepResult expected =
                        alone.step(List.of(rows.subList(0, 2), rows.subList(2, 4)), GradientExchange.single());
                Future<StepResult> a = threads.submit(() -> first.step(List.of(rows.subList(0, 2)), pair.rank(0)));
                Future<StepResult> b = threads.submit(() -> second.step(List.of(rows.subList(2, 4)), pair.rank(1)));
                assertThat(a.get()).isEqualTo(b.get());
                assertThat(a.get().loss()).isCloseTo(expected.loss(), within(ROUNDING));
                assertThat(a.get().metrics().keySet())
                        .isEqualTo(expected.metrics().keySet());
            }
            for (int i = 0; i < first.parameters.size(); i++) {
                assertThat(first.parameters.get(i).master().toFloatArray())
                        .isEqualTo(second.parameters.get(i).master().toFloatArray());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aRestoredReplicaContinuesBitForBit() {
        try (Worker through = new Worker(Precision.FP32);
                Worker resumed = new Worker(Precision.FP32)) {
            through.step(List.of(rows), GradientExchange.single());
            through.step(List.of(rows), GradientExchange.single());
            through.replica.save(directory);
            StepResult expected = through.step(List.of(rows), GradientExchange.single());
            resumed.replica.restore(directory);
            assertThat(resumed.replica.steps()).isEqualTo(2);
            assertThat(resumed.step(List.of(rows), GradientExchange.single())).isEqualTo(expected);
            for (int i = 0; i < through.parameters.size(); i++) {
                assertThat(resumed.parameters.get(i).master().toFloatArray())
                        .isEqualTo(through.parameters.get(i).master().toFloatArray());
            }
        }
    }

    @Test
    void aStateOfOtherParametersIsRefused() {
        try (Worker worker = new Worker(Precision.FP32);
                Replica other = new Replica(
                        worker.model,
                        worker.parameters.subList(0, 2),
                        ORPO,
                        ReferenceLogProbs.none(),
                        ADAMW,
                        new GraphMemory(0, 4))) {
            other.save(directory);
            assertThatThrownBy(() -> worker.replica.restore(directory))
                    .isInstanceOf(CheckpointMismatchException.class)
                    .hasMessageContaining("Cannot resume from")
                    .hasMessageContaining("holds 6 tensors");
        }
    }

    @Test
    void evaluationGivesTheLossAndMetricsOfAStep() {
        try (Worker worker = new Worker(Precision.FP32);
                Evaluation evaluation = new Evaluation(
                        worker.model, ORPO, ReferenceLogProbs.none(), Weights.ADAPTED, BaseModel.below(worker.model))) {
            MetricSums sums = evaluation.zero();
            BatchTotals totals = GoldenRun.totals(List.of(rows), ORPO, worker.model.imageTokenId());
            evaluation.add(rows.subList(0, 1), totals, sums);
            evaluation.add(rows.subList(1, 4), totals, sums);
            StepResult step = worker.step(List.of(rows), GradientExchange.single(), 4);
            assertThat(sums.means().get("loss")).isCloseTo(step.loss(), within(ROUNDING));
            step.metrics().forEach((name, value) -> {
                if (!name.startsWith("grad_norm/")) {
                    assertThat(sums.means().get(name)).as(name).isCloseTo(value, within(1e-4));
                }
            });
            assertThat(sums.means().get("kl")).isPositive();
            assertThat(Math.hypot(
                            step.metrics().get("grad_norm/lora_A"),
                            step.metrics().get("grad_norm/lora_B")))
                    .isCloseTo(step.gradNorm(), within(ROUNDING));
            assertThat(step.metrics().get("grad_norm/language")).isEqualTo(step.gradNorm());
            assertThat(step.metrics()).doesNotContainKey("grad_norm/tower");
        }
    }

    @Test
    void anAdapterThatChangesNothingDoesNotDiverge() {
        try (Worker worker = new Worker(Precision.FP32)) {
            worker.parameters.forEach(p -> p.master().muli(0));
            StepResult step = worker.step(List.of(rows), GradientExchange.single());
            assertThat(step.metrics().get("kl")).isCloseTo(0, within(1e-7));
        }
    }

    @Test
    void dropoutIsTheSameWhereALayerIsComputedAgain() {
        try (Worker kept = new Worker(Precision.FP32, Long.MAX_VALUE);
                Worker again = new Worker(Precision.FP32, 0);
                Worker plain = new Worker(Precision.FP32)) {
            kept.adapter.dropOut(0.3, 7);
            again.adapter.dropOut(0.3, 7);
            StepResult first = kept.step(List.of(rows), GradientExchange.single());
            assertThat(again.step(List.of(rows), GradientExchange.single())).isEqualTo(first);
            StepResult undropped = plain.step(List.of(rows), GradientExchange.single());
            assertThat(Math.abs(first.loss() - undropped.loss())).isGreaterThan(1e-3);
            for (int i = 0; i < kept.parameters.size(); i++) {
                assertThat(again.parameters.get(i).master().toFloatArray())
                        .isEqualTo(kept.parameters.get(i).master().toFloatArray());
            }
        }
    }

    @Test
    void bfloat16FollowsFloat32() {
        try (Worker single = new Worker(Precision.FP32);
                Worker half = new Worker(Precision.BF16)) {
            StepResult a = single.step(List.of(rows), GradientExchange.single());
            StepResult b = half.step(List.of(rows), GradientExchange.single());
            assertThat(b.loss()).isCloseTo(a.loss(), within(0.01 * a.loss()));
            assertThat(b.gradNorm()).isCloseTo(a.gradNorm(), within(0.05 * a.gradNorm()));
        }
    }

    @Test
    void aGradientThatIsNotFiniteChangesNothing() {
        try (Worker worker = new Worker(Precision.FP32)) {
            worker.parameters.get(0).master().muli(Float.NaN);
            float[] before = worker.parameters.get(1).master().toFloatArray();
            StepResult result = worker.step(List.of(rows), GradientExchange.single());
            assertThat(result.skipped()).isTrue();
            assertThat(worker.parameters.get(1).master().toFloatArray()).isEqualTo(before);
            assertThat(worker.replica.steps()).isZero();
        }
    }

    @Test
    void aRowWithoutAPairIsNamed() {
        Sample lonely = golden.row("plain").withAnswers(golden.row("plain").chosen(), Answer.none());
        try (Worker worker = new Worker(Precision.FP32)) {
            assertThatThrownBy(() -> worker.step(List.of(List.of(lonely)), GradientExchange.single()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Cannot train orpo on row plain")
                    .hasMessageContaining("train.objective=sft");
        }
    }
}
