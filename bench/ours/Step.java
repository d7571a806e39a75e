// SPDX-License-Identifier: Apache-2.0

import ai.djl.Device;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.generation.PairScore;
import dev.vireo.generation.SequenceScores;
import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.objective.Dpo;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Orpo;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import dev.vireo.tokenization.PairTokenizer;
import dev.vireo.tokenization.TokenizedConversation;
import dev.vireo.training.AdamWSettings;
import dev.vireo.training.BatchTotals;
import dev.vireo.training.GradientExchange;
import dev.vireo.training.GraphBudget;
import dev.vireo.training.ReferenceLogProbs;
import dev.vireo.training.Replica;

import dev.vireo.training.StepInput;
import dev.vireo.training.StepResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Training steps by Vireo, one pair each: Step DIRECTORY STEPS OBJECTIVE, the objective dpo or orpo. Prints one JSON object: for each step loss, sums or means
 * of log-probabilities and seconds (with decoding, resizing and tokenizing the row), the seconds of the reference, and the peak of the resident memory.
 */
public final class Step {
    private static final double LEARNING_RATE = 2e-4;
    private static final AdamWSettings ADAM = new AdamWSettings(0.9, 0.999, 1e-8, 0, 1);

    private static final Device DEVICE = Device.fromName(System.getProperty("vireo.device", "cpu"));

    private final Path directory;
    private final PretrainedModel pretrained;
    private final PairTokenizer tokenizer;
    private final JsonArray rows;

    private Step(Path directory) throws Exception {
        this.directory = directory;
        this.pretrained = PretrainedModel.open(directory.resolve("model"));
        this.tokenizer = pretrained.tokenizer(null, PairTokenizer.Bos.TEMPLATE);
        this.rows = JsonParser.parseString(Files.readString(directory.resolve("rows.json"))).getAsJsonArray();
    }

    private Sample sample(int index) throws Exception {
        JsonObject row = rows.get(index % rows.size()).getAsJsonObject();
        List<Message> prompt = List.of(Message.user(1, row.get("question").getAsString()));
        TokenizedConversation tokens = tokenizer.encode(Conversation.pair(
                prompt, row.get("chosen").getAsString(), row.get("rejected").getAsString()));
        byte[] encoded = Files.readAllBytes(directory.resolve(row.get("image").getAsString()));
        RgbImage picture = new ImageDecoder(ImageDecoder.Orientation.APPLY, 1L << 26).decode(encoded);
        ProcessedImage image = pretrained.images().process(picture);
        return new Sample(
                row.get("row_id").getAsString(),
                tokens.promptIds(),
                List.of(image),
                new int[] {pretrained.images().imageTokens(picture.height(), picture.width())},
                Answer.of(tokens.chosenIds()),
                Answer.of(tokens.rejectedIds()));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private Map<String, Object> run(int steps, Objective objective) throws Exception {
        Map<String, Object> report = new LinkedHashMap<>();
        try (VisionLanguageModel model = pretrained.loader().frozen(DEVICE, Precision.BF16);
                LoraAdapter adapter = LoraAdapter.attach(
                        model.adapterHost(), PeftAdapter.read(directory.resolve("adapter")), LoraAdapter.Use.TRAINED)) {
            ReferenceLogProbs reference = ReferenceLogProbs.none();
            if (objective.needsReference()) {
                long start = System.nanoTime();
                reference = reference(model);
                report.put("reference_seconds", seconds(start) / rows.size());
            }
            try (Replica replica = new Replica(
                    model, adapter.parameters(), objective, reference, ADAM, GraphBudget.unlimited(Precision.BF16))) {
                List<Map<String, Object>> log = new ArrayList<>();
                for (int step = 0; step < steps; step++) {
                    log.add(step(model, replica, step));
                }
                report.put("steps", log);
            }
        }
        report.put("peak_bytes", peakBytes());
        return report;
    }

    private ReferenceLogProbs reference(VisionLanguageModel model) throws Exception {
        SequenceScores scores = new SequenceScores(model, Weights.ADAPTED);
        Map<String, ReferenceLogProbs.Sums> held = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            Sample row = sample(i);
            PairScore score = scores.of(List.of(row)).get(0);
            held.put(
                    row.rowId(),
                    new ReferenceLogProbs.Sums(
                            score.chosenLogps(), score.rejectedLogps(), score.chosenShared(), score.rejectedShared()));
        }
        return held::get;
    }

    private Map<String, Object> step(VisionLanguageModel model, Replica replica, int step) throws Exception {
        long start = System.nanoTime();
        Sample row = sample(step);
        int nll = PackedBatch.nllTokens(row, model.imageTokenId(), PromptTargets.IGNORED);
        StepInput input = new StepInput(List.of(List.of(row)), new BatchTotals(1, 2, nll), LEARNING_RATE);
        StepResult result = replica.step(input, GradientExchange.single());
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("loss", result.loss());
        entry.put("logps/chosen", result.metrics().get("logps/chosen"));
        entry.put("logps/rejected", result.metrics().get("logps/rejected"));
        entry.put("seconds", seconds(start));
        return entry;
    }

    private static long peakBytes() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IllegalStateException("Cannot read the peak of memory: /proc/self/status has no VmHWM");
    }

    public static void main(String[] arguments) throws Exception {
        Objective objective = arguments[2].equals("orpo") ? new Orpo(0.1, NllScope.COMPLETION) : new Dpo(0.1);
        Step bench = new Step(Path.of(arguments[0]));
        try (PairTokenizer closed = bench.tokenizer) {
            System.out.println(new Gson().toJson(bench.run(Integer.parseInt(arguments[1]), objective)));
        }
    }
}
