// SPDX-License-Identifier: Apache-2.0

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
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
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.model.FeatureFiles;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.LinearModule;
import dev.vireo.objective.Dpo;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Orpo;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Training steps by Vireo, one pair each: Step DIRECTORY STEPS OBJECTIVE, the objective dpo or orpo, or reference for a row's reference in place of a step. Prints one
 * JSON object: for each step loss, sums or means of log-probabilities and seconds (with decoding, resizing and tokenizing the row), and the peak of the resident memory.
 */
public final class Step {
    private static final int LORA_RANK = 16;
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
                ImageSpan.whole(pretrained.images().imageTokens(picture.height(), picture.width())),
                Answer.of(tokens.chosenIds()),
                Answer.of(tokens.rejectedIds()));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private Map<String, Object> run(int steps, Objective objective) throws Exception {
        Map<String, Object> report = new LinkedHashMap<>();
        Path features = Files.createTempDirectory("vireo-bench");
        try (VisionLanguageModel model = pretrained.loader().frozen(DEVICE, Precision.BF16);
                LoraAdapter adapter = LoraAdapter.attach(
                        model.adapterHost(), PeftAdapter.read(directory.resolve("adapter")), LoraAdapter.Use.TRAINED)) {
            model.keepFeatures(FeatureFiles.open(features, "bench", 1L << 30));
            if (objective == null) {
                report.put("steps", referenceSteps(model, steps));
            } else {
                ReferenceLogProbs reference =
                        objective.needsReference() ? reference(model) : ReferenceLogProbs.none();
                try (Replica replica = new Replica(
                        model, adapter.parameters(), objective, reference, ADAM, GraphBudget.unlimited(Precision.BF16))) {
                    List<Map<String, Object>> log = new ArrayList<>();
                    for (int step = 0; step < steps; step++) {
                        turn();
                        log.add(step(model, replica, step));
                    }
                    report.put("steps", log);
                }
            }
        }
        report.put("peak_bytes", peakBytes());
        report.put("multiply_flops", multiplyRate());
        try (var files = Files.list(features)) {
            files.forEach(file -> file.toFile().delete());
        }
        Files.delete(features);
        return report;
    }

    /** Waits for its turn among the programs that {@code bench/in_turns.py} runs; alone it has no input to wait for. */
    private static void turn() throws IOException {
        System.out.println("turn");
        while (true) {
            int read = System.in.read();
            if (read < 0 || read == '\n') {
                return;
            }
        }
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

    /** A row's reference in each turn, of rows that were not seen before: their pictures pass the vision encoder. */
    private List<Map<String, Object>> referenceSteps(VisionLanguageModel model, int steps) throws Exception {
        SequenceScores scores = new SequenceScores(model, Weights.ADAPTED);
        List<Map<String, Object>> log = new ArrayList<>();
        for (int step = 0; step < Math.min(steps, rows.size()); step++) {
            turn();
            long start = System.nanoTime();
            scores.of(List.of(sample(step)));
            log.add(Map.of("seconds", seconds(start)));
        }
        return log;
    }

    private Map<String, Object> step(VisionLanguageModel model, Replica replica, int step) throws Exception {
        Map<String, Object> entry = new LinkedHashMap<>();
        Outside outside = new Outside(Thread.currentThread());
        long start = System.nanoTime();
        Sample row = sample(step);
        int nll = row.row().nllTokens(model.imageTokenId(), PromptTargets.IGNORED);
        StepInput input = new StepInput(List.of(List.of(row)), new BatchTotals(1, 2, nll), LEARNING_RATE);
        StepResult result = replica.step(input, GradientExchange.single());
        entry.put("seconds", seconds(start));
        entry.put("outside", outside.share());
        entry.put("flops", flops(model, PackedBatch.of(List.of(row), model.imageTokenId(), PromptTargets.IGNORED)));
        entry.put("loss", result.loss());
        entry.put("logps/chosen", result.metrics().get("logps/chosen"));
        entry.put("logps/rejected", result.metrics().get("logps/rejected"));
        return entry;
    }

    /** Samples how much of a thread's time passes outside the calls of TorchScript. */
    private static final class Outside extends Thread {
        private final Thread watched;
        private volatile boolean ended;
        private int samples;
        private int outside;

        Outside(Thread watched) {
            this.watched = watched;
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            while (!ended) {
                boolean inside = false;
                for (StackTraceElement frame : watched.getStackTrace()) {
                    inside |= frame.getMethodName().equals("moduleRunMethod");
                }
                samples++;
                outside += inside ? 0 : 1;
                try {
                    sleep(2);
                } catch (InterruptedException e) {
                    ended = true;
                }
            }
        }

        double share() throws InterruptedException {
            ended = true;
            join();
            return (double) outside / Math.max(1, samples);
        }
    }

    /**
     * Operations that the packed step needs when image features are at hand: the language model's multiplications forward and
     * back, attention's over the pairs that see each other, and nothing that is computed twice. Frozen weights want no gradient,
     * the first layer's input none either, and the last layer is wanted only where tokens are scored.
     */
    private static double flops(VisionLanguageModel model, PackedBatch batch) {
        List<Block> layers = model.text().layers();
        long[] segments = batch.segments();
        double all = batch.size();
        double flops = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            boolean last = layer == layers.size() - 1;
            double wanted = 0;
            double pairs = 0;
            for (int i = 0; i < segments.length / 4; i++) {
                long first = last ? batch.queries()[i] : segments[4 * i];
                double own = segments[4 * i + 1] - first;
                double before = segments[4 * i + 3] - segments[4 * i + 2] + first - segments[4 * i];
                wanted += own;
                pairs += own * before + own * (own + 1) / 2;
            }
            double queries = 0;
            for (LinearModule linear : layers.get(layer).linears()) {
                String name = linear.name().replaceFirst(".*\\.", "");
                double rows = name.equals("k_proj") || name.equals("v_proj") ? all : wanted;
                double sizes = (double) linear.inFeatures() * linear.outFeatures();
                boolean pulledBack = layer > 0 || !name.matches("[qkv]_proj");
                flops += 2 * sizes * rows * (pulledBack ? 2 : 1);
                flops += 2.0 * LORA_RANK * (linear.inFeatures() + linear.outFeatures()) * rows * 3;
                queries = name.equals("q_proj") ? linear.outFeatures() : queries;
            }
            flops += 12 * queries * pairs;
        }
        return flops + 4.0 * model.text().width() * model.text().vocabulary() * batch.targets().length;
    }

    /** Operations a second of a large multiplication in bf16. */
    private static double multiplyRate() {
        int side = DEVICE.isGpu() ? 8192 : 3072;
        try (NDManager scope = NDManager.newBaseManager(DEVICE, "PyTorch");
                Tensors tensors = new Tensors(DEVICE)) {
            NDArray a = tensors.cast(scope, scope.randomUniform(-1, 1, new Shape(side, side)), Precision.BF16);
            double best = Double.MAX_VALUE;
            for (int i = 0; i < 8; i++) {
                long start = System.nanoTime();
                try (NDArray product = a.matMul(a);
                        NDArray number = tensors.float32(scope, product)) {
                    number.get("0:1,0:1").toFloatArray();
                }
                best = Math.min(best, seconds(start));
            }
            return 2.0 * side * side * side / best;
        }
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
        Objective objective =
                switch (arguments[2]) {
                    case "dpo" -> new Dpo(0.1);
                    case "orpo" -> new Orpo(0.1, NllScope.COMPLETION);
                    default -> null;
                };
        Step bench = new Step(Path.of(arguments[0]));
        try (PairTokenizer closed = bench.tokenizer) {
            System.out.println(new Gson().toJson(bench.run(Integer.parseInt(arguments[1]), objective)));
        }
    }
}
