// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.generation.PairScore;
import dev.vireo.generation.SequenceScores;
import dev.vireo.image.ProcessedImage;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.GraphMemory;
import dev.vireo.objective.Kto;
import dev.vireo.tensor.Precision;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** KTO on a model: where its numbers come from, and that the cut of a step does not matter. */
class KtoTest {
    private static final double BETA = 0.1;
    private static final Kto KTO = new Kto(BETA, Kto.Loss.KTO, 1, 1.5);
    private static final AdamWSettings ADAMW = new AdamWSettings(0.9, 0.999, 1e-8, 0, 0);
    /** Another order of float32 sums over some hundred nats. */
    private static final double ROUNDING = 1e-4;

    private final Golden golden = Golden.of("llavanext-tiny");
    /** Desirable, undesirable, both. */
    private final List<Sample> rows = List.of(
            golden.row("plain").withAnswers(golden.row("plain").chosen(), Answer.none()),
            golden.row("lengths")
                    .withAnswers(Answer.none(), golden.row("lengths").rejected()),
            golden.row("unicode"));
    /** Each row with the answers of the one behind it. */
    private final List<Sample> mismatched = List.of(
            rows.get(0).withAnswers(rows.get(1).chosen(), rows.get(1).rejected()),
            rows.get(1).withAnswers(rows.get(2).chosen(), rows.get(2).rejected()),
            rows.get(2).withAnswers(rows.get(0).chosen(), rows.get(0).rejected()));

    private static final class Scores implements ReferenceLogProbs {
        private final Map<String, Sums> own = new HashMap<>();
        private final Map<String, Sums> others = new HashMap<>();

        @Override
        public Sums of(String rowId) {
            return own.get(rowId);
        }

        @Override
        public Sums ofMismatched(String rowId) {
            return others.get(rowId);
        }
    }

    private static void score(
            VisionLanguageModel model, Weights weights, List<Sample> rows, Map<String, ReferenceLogProbs.Sums> into) {
        for (Sample row : rows) {
            PairScore score =
                    new SequenceScores(model, weights).of(List.of(row)).get(0);
            into.put(
                    row.rowId(),
                    new ReferenceLogProbs.Sums(
                            score.chosenLogps(), score.rejectedLogps(), score.chosenShared(), score.rejectedShared()));
        }
    }

    @Test
    void lossIsThatOfTheFormulaOverTheGlobalBatchHoweverItIsCut() {
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                LoraAdapter adapter = GoldenAdapter.attach(golden, model, "language")) {
            Scores base = new Scores();
            score(model, Weights.BASE, rows, base.own);
            score(model, Weights.BASE, mismatched, base.others);
            Scores policy = new Scores();
            score(model, Weights.ADAPTED, rows, policy.own);
            score(model, Weights.ADAPTED, mismatched, policy.others);
            double anchor = anchor(policy, base);
            double loss = (desirable("plain", policy, base, anchor)
                            + desirable("unicode", policy, base, anchor)
                            + 1.5 * undesirable("lengths", policy, base, anchor)
                            + 1.5 * undesirable("unicode", policy, base, anchor))
                    / 4;
            StepResult whole = step(model, adapter, base, List.of(rows), List.of(mismatched));
            StepResult parts = step(
                    model,
                    adapter,
                    base,
                    List.of(rows.subList(0, 1), rows.subList(1, 3)),
                    List.of(mismatched.subList(0, 1), mismatched.subList(1, 3)));
            assertThat(whole.metrics().get("kto/kl")).isCloseTo(anchor, within(ROUNDING));
            assertThat(whole.loss()).isCloseTo(loss, within(ROUNDING));
            assertThat(parts.loss()).isCloseTo(whole.loss(), within(ROUNDING));
            assertThat(parts.gradNorm()).isCloseTo(whole.gradNorm(), within(ROUNDING * whole.gradNorm()));
            StepFlops flops = new StepFlops(model);
            assertThat(whole.flops())
                    .as("the pass over other rows' answers counts")
                    .isEqualTo(flops.of(pack(model, rows), images(rows))
                            + flops.forward(pack(model, mismatched), images(mismatched)));
            double ratio = ratio(policy, base);
            assertThat(Math.abs(ratio)).isGreaterThan(100 * ROUNDING);
            assertThat(whole.metrics().get("kl/reference")).isCloseTo(ratio, within(ROUNDING));
            assertThat(parts.metrics().get("kl/reference")).isCloseTo(ratio, within(ROUNDING));
            assertThat(whole.metrics().get("rewards/margins"))
                    .isCloseTo(
                            whole.metrics().get("rewards/chosen")
                                    - whole.metrics().get("rewards/rejected"),
                            within(1e-9));
        }
    }

    private StepResult step(
            VisionLanguageModel model,
            LoraAdapter adapter,
            ReferenceLogProbs reference,
            List<List<Sample>> microBatches,
            List<List<Sample>> others) {
        try (Replica replica =
                new Replica(model, adapter.parameters(), KTO, reference, ADAMW, new GraphMemory(Long.MAX_VALUE, 4))) {
            BatchTotals totals = new BatchTotals(3, 4, 1);
            return replica.step(
                    new StepInput(microBatches, others, totals, 0, new StepInput.Watch(0, true)),
                    GradientExchange.single());
        }
    }

    private static List<ProcessedImage> images(List<Sample> rows) {
        return rows.stream().flatMap(row -> row.images().stream()).toList();
    }

    private static PackedBatch pack(VisionLanguageModel model, List<Sample> packed) {
        return PackedBatch.of(packed, model.imageTokenId(), PromptTargets.IGNORED);
    }

    /** The mean log-ratio of the tokens of the four answers. */
    private double ratio(Scores policy, Scores base) {
        double sum = 0;
        int tokens = 0;
        for (Sample row : rows) {
            sum += policy.of(row.rowId()).chosen() + policy.of(row.rowId()).rejected();
            sum -= base.of(row.rowId()).chosen() + base.of(row.rowId()).rejected();
            tokens += row.chosen().scoredTokens() + row.rejected().scoredTokens();
        }
        return sum / tokens;
    }

    /** Four answers to other rows' prompts. */
    private double anchor(Scores policy, Scores base) {
        double sum = 0;
        for (Sample row : rows) {
            sum += policy.ofMismatched(row.rowId()).chosen()
                    + policy.ofMismatched(row.rowId()).rejected();
            sum -= base.ofMismatched(row.rowId()).chosen()
                    + base.ofMismatched(row.rowId()).rejected();
        }
        return Math.max(0, sum / 4);
    }

    private static double desirable(String row, Scores policy, Scores base, double anchor) {
        return 1 - sigmoid(policy.of(row).chosen() - base.of(row).chosen() - anchor);
    }

    private static double undesirable(String row, Scores policy, Scores base, double anchor) {
        return 1 - sigmoid(anchor - (policy.of(row).rejected() - base.of(row).rejected()));
    }

    private static double sigmoid(double reward) {
        return 1 / (1 + Math.exp(-BETA * reward));
    }
}
