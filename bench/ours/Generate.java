// SPDX-License-Identifier: Apache-2.0

import ai.djl.Device;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.data.Message;
import dev.vireo.generation.Candidate;
import dev.vireo.generation.Generator;
import dev.vireo.generation.Sampling;
import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.RgbImage;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import dev.vireo.tokenization.PairTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Answers by Vireo: Generate DIRECTORY PROMPTS SAMPLES TOKENS. Prints one JSON object: the seconds of all answers together (tower, prompts and tokens; without
 * decoding and tokenizing), the ids and log-probability of each answer, and the peak of the resident memory. No token ends an answer.
 */
public final class Generate {
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int samples = Integer.parseInt(arguments[2]);
        int tokens = Integer.parseInt(arguments[3]);
        PretrainedModel pretrained = PretrainedModel.open(directory.resolve("model"));
        List<Sample> rows = rows(directory, pretrained, Integer.parseInt(arguments[1]));
        Map<String, Object> report = new LinkedHashMap<>();
        Device device = Device.fromName(System.getProperty("vireo.device", "cpu"));
        try (VisionLanguageModel model = pretrained.loader().frozen(device, Precision.BF16)) {
            Generator generator = new Generator(model, Set.of());
            generator.generate(rows.get(0), new Sampling(samples, 1, 1, 0, 2, 0));
            long start = System.nanoTime();
            List<List<Candidate>> answers = generator.generate(rows, new Sampling(samples, 1, 1, 0, tokens, 0));
            report.put("seconds", (System.nanoTime() - start) / 1e9);
            List<Map<String, Object>> written = new ArrayList<>();
            for (int row = 0; row < rows.size(); row++) {
                for (Candidate answer : answers.get(row)) {
                    written.add(Map.of("row", row, "ids", answer.ids(), "logp", answer.logp()));
                }
            }
            report.put("answers", written);
        }
        report.put("peak_bytes", peakBytes());
        System.out.println(new Gson().toJson(report));
    }

    private static List<Sample> rows(Path directory, PretrainedModel pretrained, int count) throws Exception {
        JsonArray table = JsonParser.parseString(Files.readString(directory.resolve("rows.json"))).getAsJsonArray();
        List<Sample> rows = new ArrayList<>();
        try (PairTokenizer tokenizer = pretrained.tokenizer(null, PairTokenizer.Bos.TEMPLATE)) {
            for (int i = 0; i < count; i++) {
                JsonObject row = table.get(i % table.size()).getAsJsonObject();
                byte[] encoded = Files.readAllBytes(directory.resolve(row.get("image").getAsString()));
                RgbImage picture = new ImageDecoder(ImageDecoder.Orientation.APPLY, 1L << 26).decode(encoded);
                rows.add(new Sample(
                        "row " + i,
                        tokenizer.generationPrompt(List.of(Message.user(1, row.get("question").getAsString()))),
                        List.of(pretrained.images().process(picture)),
                        ImageSpan.whole(pretrained.images().imageTokens(picture.height(), picture.width())),
                        Answer.none(),
                        Answer.none()));
            }
        }
        return rows;
    }

    private static long peakBytes() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IllegalStateException("Cannot read the peak of memory: /proc/self/status has no VmHWM");
    }
}
