// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vireo.adapter.AdaptedModule;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.adapter.LoraSettings;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.model.FeatureFiles;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.ModelSurvey;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.GraphMemory;
import dev.vireo.objective.MetricSums;
import dev.vireo.objective.Sft;
import dev.vireo.planning.Recipe;
import dev.vireo.planning.Recipe.MicroBatch;
import dev.vireo.planning.RunPlan;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured beside the losses, against what transformers' logits say. */
class MonitoringTest {
    private static final double ROUNDING = 1e-5;

    private final Golden golden = Golden.of("llavanext-tiny");
    private final Sample row = golden.row("text-only");

    private double[][] logProbs(String file) {
        float[] logits = golden.tensor(file, "text-only.chosen.logits");
        int vocabulary = 456;
        int answer = row.chosen().length();
        double[][] rows = new double[answer][vocabulary];
        int first = logits.length / vocabulary - answer - 1;
        for (int i = 0; i < answer; i++) {
            double sum = 0;
            for (int v = 0; v < vocabulary; v++) {
                sum += Math.exp(logits[(first + i) * vocabulary + v]);
            }
            for (int v = 0; v < vocabulary; v++) {
                rows[i][v] = logits[(first + i) * vocabulary + v] - Math.log(sum);
            }
        }
        return rows;
    }

    private static double mean(double[][] policy, double[][] against) {
        double sum = 0;
        for (int i = 0; i < policy.length; i++) {
            for (int v = 0; v < policy[i].length; v++) {
                sum += Math.exp(policy[i][v]) * (policy[i][v] - against[i][v]);
            }
        }
        return sum / policy.length;
    }

    private static Replica replica(VisionLanguageModel model, LoraAdapter attached) {
        return new Replica(
                model,
                attached.parameters(),
                new Sft(),
                ReferenceLogProbs.none(),
                new AdamWSettings(0.9, 0.999, 1e-8, 0, 1),
                new GraphMemory(0, 4));
    }

    @Test
    void divergenceAndEntropyAreThoseOfTransformersLogits() {
        double[][] base = logProbs("logits.safetensors");
        double[][] policy = logProbs("adapters/dora/logits.safetensors");
        double kl = mean(policy, base);
        double entropy = -mean(policy, new double[policy.length][456]);
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                LoraAdapter attached = GoldenAdapter.attach(golden, model, "dora");
                Evaluation evaluation = new Evaluation(
                        model, new Sft(), ReferenceLogProbs.none(), Weights.ADAPTED, BaseModel.below(model));
                Replica replica = replica(model, attached)) {
            List<List<Sample>> micro = List.of(List.of(row, golden.row("plain")), List.of(golden.row("unicode")));
            BatchTotals totals = GoldenRun.totals(micro, new Sft(), model.imageTokenId());
            MetricSums sums = evaluation.zero();
            evaluation.add(List.of(row), totals, sums);
            assertThat(sums.means().get("kl")).isCloseTo(kl, within(ROUNDING));
            assertThat(sums.means().get("entropy")).isCloseTo(entropy, within(ROUNDING));
            assertThat(kl).isGreaterThan(100 * ROUNDING);

            // A step takes the divergence from the first row of its first micro-batch alone.
            StepInput input = new StepInput(micro, totals, 0, new StepInput.Watch(1, true));
            StepResult step = replica.step(input, GradientExchange.single());
            assertThat(step.metrics().get("kl")).isCloseTo(kl, within(ROUNDING));
            assertThat(step.metrics().get("entropy")).isPositive();
        }
    }

    @Test
    void unwatchedStepMeasuresNeither() {
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                LoraAdapter attached = GoldenAdapter.attach(golden, model, "language");
                Replica replica = replica(model, attached)) {
            List<List<Sample>> micro = List.of(List.of(row));
            BatchTotals totals = GoldenRun.totals(micro, new Sft(), model.imageTokenId());
            StepResult step = replica.step(new StepInput(micro, totals, 0), GradientExchange.single());
            assertThat(step.metrics()).doesNotContainKeys("kl", "entropy");
        }
    }

    @Test
    void operationsAreCountedAsOnPaper() {
        PackedBatch text = PackedBatch.of(List.of(row), 0, PromptTargets.IGNORED);
        int tokens = text.size();
        double prefix = row.promptIds().length;
        double chosen = row.chosen().length();
        double rejected = row.rejected().length();
        assertThat(tokens).isEqualTo((int) (prefix + chosen + rejected));
        double answers = chosen * (prefix + (chosen + 1) / 2) + rejected * (prefix + (rejected + 1) / 2);
        double pairs = prefix * (prefix + 1) / 2 + answers;
        // Of the last layer only keys and values are wanted before the prefix's last token.
        double queries = 1 + chosen + rejected;
        // Width 64, 8 heads of 8, 2 key and value heads of 8, feed-forward 104, 2 layers; vocabulary 456.
        double cache = 64 * 16 * 2;
        double rest = 64 * 64 * 2 + 3 * 64 * 104;
        double forward = 2
                * (tokens * (2 * cache + rest)
                        + queries * rest
                        + 2 * 64 * (pairs + prefix + answers)
                        + text.sources().length * 64 * 456);
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            assertThat(new StepFlops(model).of(text, List.of())).isEqualTo(forward);
            // Factors of rank 2 on every linear: in + out of each; forward, the input's gradient, their own gradient.
            double cacheFactors = 2 * (64 + 16) * 2;
            double restFactors = 2 * (64 + 64) * 2 + 2 * (64 + 104) * 3;
            try (LoraAdapter adapter =
                    LoraAdapter.create(model.adapterHost(), new LoraSettings(2, 4, 0, "language"), 0)) {
                assertThat(adapter.size()).isEqualTo((long) (2 * (cacheFactors + restFactors)));
                double trained =
                        2 * forward + 2 * 3 * (tokens * (2 * cacheFactors + restFactors) + queries * restFactors);
                assertThat(new StepFlops(model).of(text, List.of())).isEqualTo(trained);
            }
        }
    }

    @Test
    void planForetellsTheOperationsOfAStep() {
        Sample picture = golden.row("plain");
        LoraSettings settings = new LoraSettings(2, 4, 0, "all-linear");
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                LoraAdapter adapter = LoraAdapter.create(model.adapterHost(), settings, 0);
                ModelSurvey survey = PretrainedModel.survey(golden.model())) {
            PackedBatch batch = PackedBatch.of(List.of(picture), model.imageTokenId(), PromptTargets.IGNORED);
            MicroBatch sizes = new MicroBatch(
                    batch.size(),
                    batch.sources().length,
                    picture.images().get(0).tileCount(),
                    1);
            List<AdaptedModule> modules = AdaptedModule.of(survey.adapterHost(), settings);
            RunPlan plan = new RunPlan(
                    survey,
                    new Recipe(
                            Precision.FP32,
                            BaseFormat.AS_IS,
                            modules,
                            true,
                            Long.MAX_VALUE,
                            sizes,
                            Recipe.Optimizer.SINGLE));
            StepFlops measured = new StepFlops(model);
            assertThat(adapter.size()).isPositive();
            // The plan knows how many tokens there are, not which one sees which.
            assertThat(plan.stepOperations() / measured.of(batch, picture.images()))
                    .isCloseTo(1, within(0.02));
            assertThat(plan.forwardOperations() / measured.forward(batch, picture.images()))
                    .isCloseTo(1, within(0.02));
            assertThat(measured.of(batch, picture.images()))
                    .isGreaterThan(2 * measured.forward(batch, picture.images()));
        }
    }

    /** What is read from files was computed by another step. */
    @Test
    void operationsOfImagesCountWhereTheyAreComputed(@TempDir Path folder) {
        Sample picture = golden.row("plain");
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                LoraAdapter attached = GoldenAdapter.attach(golden, model, "language");
                Replica replica = replica(model, attached)) {
            model.keepFeatures(FeatureFiles.open(folder, model.encoderHash(), 1 << 20));
            List<List<Sample>> micro = List.of(List.of(picture));
            StepInput input = new StepInput(micro, GoldenRun.totals(micro, new Sft(), model.imageTokenId()), 0);
            double first = replica.step(input, GradientExchange.single()).flops();
            double second = replica.step(input, GradientExchange.single()).flops();
            Sample learnt = picture.withAnswers(picture.chosen(), Answer.none());
            PackedBatch batch = PackedBatch.of(List.of(learnt), model.imageTokenId(), PromptTargets.IGNORED);
            StepFlops flops = new StepFlops(model);
            assertThat(first).isEqualTo(flops.of(batch, picture.images()));
            assertThat(second).isEqualTo(flops.of(batch, List.of())).isLessThan(first);
        }
    }

    @Test
    void spreadIsTheStandardDeviationOverAllItems() {
        MetricSums first = new MetricSums();
        MetricSums second = new MetricSums();
        first.addWithSpread("rewards/margins", 1);
        first.addWithSpread("rewards/margins", 2);
        second.addWithSpread("rewards/margins", 6);
        first.addAll(second);
        assertThat(first.means().get("rewards/margins")).isEqualTo(3);
        // (4 + 1 + 9) / 3
        assertThat(first.means().get("rewards/margins_std")).isCloseTo(Math.sqrt(14 / 3.0), within(1e-12));
    }
}
