// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.Device;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.RgbImage;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Orpo;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * How much of the exchange the backward pass hides: Overlap DIRECTORY GIGABITS. Steps of one ORPO pair on the checkpoint of bench/step, by one worker, by one of
 * two that sums behind the backward pass, and by one that sums in it; the other worker is a link of that rate, which takes its time and adds nothing.
 */
public final class Overlap {
    private static final int ROUNDS = 5;

    /** A link to a second worker whose gradients are 0: a sum takes what its bytes take on the wire. */
    private static final class Wire implements GradientExchange {
        private final double bytesPerSecond;
        private double seconds;

        Wire(double gigabits) {
            bytesPerSecond = gigabits * 1e9 / 8;
        }

        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int worldSize() {
            return 2;
        }

        @Override
        public void sum(ByteBuffer values) {
            // Of two workers each sends half of its values and half of the sum.
            double time = values.remaining() / bytesPerSecond;
            seconds += time;
            try {
                Thread.sleep((long) (time * 1e3), (int) (time * 1e9 % 1e6));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void sum(double[] values) {}

        @Override
        public void sumShards(ByteBuffer values, int[] bounds) {
            sum(values);
        }

        @Override
        public void gatherShards(ByteBuffer values, int[] bounds) {
            sum(values);
        }
    }

    private static Sample sample(PretrainedModel pretrained) {
        Random random = new Random(1);
        byte[] pixels = new byte[336 * 336 * 3];
        random.nextBytes(pixels);
        int[] prompt = random.ints(30, 3, 1000).toArray();
        prompt[1] = pretrained.imageTokenId();
        return new Sample(
                "row",
                prompt,
                List.of(pretrained.images().process(new RgbImage(pixels, 336, 336))),
                ImageSpan.whole(pretrained.images().imageTokens(336, 336)),
                Answer.of(random.ints(110, 3, 1000).toArray()),
                Answer.of(random.ints(110, 3, 1000).toArray()));
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        double gigabits = Double.parseDouble(arguments[1]);
        PretrainedModel pretrained = PretrainedModel.open(directory.resolve("model"));
        Orpo objective = new Orpo(0.1, NllScope.COMPLETION);
        try (VisionLanguageModel model = pretrained.loader().frozen(Device.cpu(), Precision.BF16);
                LoraAdapter adapter = LoraAdapter.attach(
                        model.adapterHost(), PeftAdapter.read(directory.resolve("adapter")), LoraAdapter.Use.TRAINED);
                Replica replica = new Replica(
                        model,
                        adapter.parameters(),
                        objective,
                        ReferenceLogProbs.none(),
                        new AdamWSettings(0.9, 0.999, 1e-8, 0, 1),
                        GraphBudget.unlimited(Precision.BF16))) {
            Sample row = sample(pretrained);
            int nll = row.row().nllTokens(model.imageTokenId(), PromptTargets.IGNORED);
            StepInput input = new StepInput(List.of(List.of(row)), new BatchTotals(1, 2, nll), 1e-4);
            double[] alone = new double[ROUNDS];
            double[] behind = new double[ROUNDS];
            double[] within = new double[ROUNDS];
            Wire wire = new Wire(gigabits);
            for (int round = -1; round < ROUNDS; round++) {
                double[] seconds = {
                    step(replica, input, GradientExchange.single(), Replica.Summing.BEHIND),
                    step(replica, input, wire, Replica.Summing.BEHIND),
                    step(replica, input, wire, Replica.Summing.OVERLAPPED)
                };
                if (round >= 0) {
                    alone[round] = seconds[0];
                    behind[round] = seconds[1];
                    within[round] = seconds[2];
                }
            }
            report(gigabits, wire.seconds / (2 * ROUNDS + 2), median(alone), median(behind), median(within));
        }
    }

    private static double step(Replica replica, StepInput input, GradientExchange exchange, Replica.Summing summing) {
        replica.sum(summing);
        long start = System.nanoTime();
        replica.step(input, exchange);
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static void report(double gigabits, double wire, double alone, double behind, double within) {
        System.out.println(String.format(
                Locale.ROOT,
                "step alone %.3f s; with %.3f s of exchange at %.3f Gbit/s behind it %.3f s, in it %.3f s: %.0f %% of the exchange is hidden",
                alone,
                wire,
                gigabits,
                behind,
                within,
                100 * (behind - within) / wire));
    }
}
