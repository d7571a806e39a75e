// SPDX-License-Identifier: Apache-2.0

import ai.djl.Device;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Orpo;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import dev.vireo.training.AdamWSettings;
import dev.vireo.training.BatchTotals;
import dev.vireo.training.GradientExchange;
import dev.vireo.training.GraphBudget;
import dev.vireo.training.ReferenceLogProbs;
import dev.vireo.training.Replica;
import dev.vireo.training.StepInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Many ORPO steps on rows of changing length: Soak DIRECTORY STEPS. Prints the resident memory that belongs to no file. */
public final class Soak {
    private static final AdamWSettings ADAM = new AdamWSettings(0.9, 0.999, 1e-8, 0, 1);
    /** Over the second half; in the first one Java compiles and the allocator finds its sizes. */
    private static final double ALLOWED = 0.01;

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int steps = Integer.parseInt(arguments[1]);
        Random random = new Random(1);
        PretrainedModel pretrained = PretrainedModel.open(directory.resolve("model"));
        try (VisionLanguageModel model = pretrained.loader().frozen(Device.cpu(), Precision.BF16);
                LoraAdapter adapter = LoraAdapter.attach(
                        model.adapterHost(), PeftAdapter.read(directory.resolve("adapter")), LoraAdapter.Use.TRAINED);
                Replica replica = new Replica(
                        model,
                        adapter.parameters(),
                        new Orpo(0.1, NllScope.COMPLETION),
                        ReferenceLogProbs.none(),
                        ADAM,
                        GraphBudget.unlimited(Precision.BF16))) {
            int image = model.imageTokenId();
            long settled = 0;
            long last = 0;
            for (int step = 1; step <= steps; step++) {
                // The longest row first, so that no later one needs more than any before it.
                Sample row = new Sample(
                        "row " + step,
                        ids(random, 20 + (step == 1 ? 59 : random.nextInt(60)), image),
                        List.of(),
                        List.of(),
                        Answer.of(ids(random, 5 + (step == 1 ? 29 : random.nextInt(30)), image)),
                        Answer.of(ids(random, 5 + (step == 1 ? 29 : random.nextInt(30)), image)));
                int nll = row.row().nllTokens(model.imageTokenId(), PromptTargets.IGNORED);
                replica.step(
                        new StepInput(List.of(List.of(row)), new BatchTotals(1, 2, nll), 1e-5), GradientExchange.single());
                if (step % 50 == 0) {
                    System.gc(); // closed arrays' buffers of Java are freed by its collector
                    last = anonymousBytes();
                    System.out.printf(Locale.ROOT, "step %d: %.1f MB%n", step, last / 1e6);
                }
                settled = step == steps / 2 ? last : settled;
            }
            double growth = settled == 0 ? 0 : (double) last / settled - 1;
            System.out.printf(Locale.ROOT, "growth from step %d to %d: %.2f %%%n", steps / 2, steps, 100 * growth);
            if (growth > ALLOWED) {
                throw new IllegalStateException("Native memory grows");
            }
        }
    }

    private static int[] ids(Random random, int length, int image) {
        return random.ints(100, 30000).filter(id -> id != image).limit(length).toArray();
    }

    private static long anonymousBytes() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IllegalStateException("Cannot read the memory: /proc/self/status has no RssAnon");
    }
}
