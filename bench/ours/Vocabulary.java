// SPDX-License-Identifier: Apache-2.0

import ai.djl.Device;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.adapter.LoraSettings;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
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

/** What steps take beside a model's weights: Vocabulary MODEL. Prints the resident memory of the loaded model and its peak in three steps. */
public final class Vocabulary {
    private static final AdamWSettings ADAM = new AdamWSettings(0.9, 0.999, 1e-8, 0, 1);
    private static final int PROMPT = 64;
    private static final int ANSWER = 512;
    private static final int STEPS = 3;

    public static void main(String[] arguments) throws Exception {
        Random random = new Random(1);
        PretrainedModel pretrained = PretrainedModel.open(Path.of(arguments[0]));
        try (VisionLanguageModel model = pretrained.loader().frozen(Device.cpu(), Precision.BF16);
                LoraAdapter adapter =
                        LoraAdapter.create(model.adapterHost(), new LoraSettings(16, 32, 0, "language"), 1);
                Replica replica = new Replica(
                        model,
                        adapter.parameters(),
                        new Orpo(0.1, NllScope.COMPLETION),
                        ReferenceLogProbs.none(),
                        ADAM,
                        GraphBudget.unlimited(Precision.BF16))) {
            int vocabulary = model.text().vocabulary();
            int image = model.imageTokenId();
            // A step of one token starts everything that is started once.
            step(model, replica, random, image, 1);
            System.gc();
            Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // VmHWM starts again from here
            long before = bytes("VmHWM");
            for (int step = 0; step < STEPS; step++) {
                step(model, replica, random, image, ANSWER);
            }
            System.out.printf(
                    Locale.ROOT,
                    "vocabulary %d: model and Java %.0f MB, at the peak of a step %.0f MB more; the logits of its %d targets in float32 are %.0f MB%n",
                    vocabulary,
                    before / 1e6,
                    (bytes("VmHWM") - before) / 1e6,
                    2 * ANSWER,
                    2.0 * ANSWER * vocabulary * 4 / 1e6);
        }
    }

    private static void step(VisionLanguageModel model, Replica replica, Random random, int image, int tokens) {
        Sample row = new Sample(
                "row",
                ids(random, PROMPT, image),
                List.of(),
                List.of(),
                Answer.of(ids(random, tokens, image)),
                Answer.of(ids(random, tokens, image)));
        int nll = row.row().nllTokens(image, PromptTargets.IGNORED);
        replica.step(new StepInput(List.of(List.of(row)), new BatchTotals(1, 2, nll), 1e-5), GradientExchange.single());
    }

    private static int[] ids(Random random, int length, int image) {
        return random.ints(100, 30000).filter(id -> id != image).limit(length).toArray();
    }

    private static long bytes(String name) throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(name + ":")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IllegalStateException("Cannot read the memory: /proc/self/status has no " + name);
    }
}
