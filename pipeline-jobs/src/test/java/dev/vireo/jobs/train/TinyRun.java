// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.Fingerprint;
import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.RgbImage;
import dev.vireo.image.SizeLimits;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.shards.ImageRules;
import dev.vireo.jobs.shards.ImageStorage;
import dev.vireo.jobs.shards.Manifest;
import dev.vireo.jobs.shards.ModelIdentity;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.ShardEntry;
import dev.vireo.jobs.shards.ShardWriter;
import dev.vireo.jobs.shards.WholeSamples;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.pretrained.PretrainedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.hadoop.conf.Configuration;

/** Runs of the train job on a tiny random model and random rows. */
final class TinyRun {
    static final Path MODEL = Path.of("../model-core/src/test/resources/golden/llava15-tiny/model");
    /** A token that no row has but those that ask for it. */
    static final int ODD_TOKEN = 450;

    private static final int WORDS = 400;

    /** What a user sets in Spark's properties. */
    private final Map<String, String> spark = new TreeMap<>(Map.of(
            "spark.master", "local[2]",
            "spark.driver.host", "127.0.0.1",
            "spark.driver.bindAddress", "127.0.0.1",
            "spark.ui.enabled", "false"));

    private final Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    TinyRun(Path folder) {
        this.folder = folder;
    }

    /** The same rows in another run. */
    static TinyRun on(Path folder, Map<String, String> spark) {
        TinyRun run = new TinyRun(folder);
        run.spark.putAll(spark);
        return run;
    }

    /** A cluster of {@code workers} processes on this machine, as the tests' environment allows it. */
    static TinyRun onCluster(Path folder, int workers) throws IOException {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        return on(
                folder,
                Map.of(
                        "spark.master",
                        "local-cluster[" + workers + ",1,1024]",
                        "spark.executor.memory",
                        "1g",
                        "spark.executor.extraClassPath",
                        System.getProperty("java.class.path")));
    }

    /** Adds a property of Spark. */
    TinyRun with(String key, String value) {
        spark.put(key, value);
        return this;
    }

    /** Writes rows of random ids, one picture each, as prepare would. */
    Path shards(String name, int rows, boolean pairs) throws IOException {
        return shards(name, rows, pairs, Set.of());
    }

    /** The same with rows whose prompt begins with the odd token. */
    Path shards(String name, int rows, boolean pairs, Set<Integer> odd) throws IOException {
        return shards(name, rows, row -> pairs ? Side.BOTH : Side.CHOSEN, odd);
    }

    /** Which answers a row has. */
    enum Side {
        BOTH,
        CHOSEN,
        REJECTED
    }

    /** Rows of which every second has an undesirable answer alone, the others a desirable one. */
    Path labelled(String name, int rows) throws IOException {
        return shards(name, rows, row -> row % 2 == 0 ? Side.CHOSEN : Side.REJECTED, Set.of());
    }

    private Path shards(String name, int rows, IntFunction<Side> sides, Set<Integer> odd) throws IOException {
        Path directory = folder.resolve(name);
        Storage storage = Storage.of(new Configuration());
        PretrainedModel model = PretrainedModel.open(MODEL);
        Random random = new Random(name.hashCode());
        ShardEntry shard;
        try (ShardWriter writer =
                ShardWriter.create(storage, directory.toString(), 0, ImageStorage.TILES, model.imageTokenId())) {
            for (int row = 0; row < rows; row++) {
                byte[] pixels = new byte[40 * 30 * 3];
                random.nextBytes(pixels);
                Sample sample = new Sample(
                        name + "-" + row,
                        prompt(random, model.imageTokenId(), odd.contains(row)),
                        List.of(model.images().process(new RgbImage(pixels, 40, 30))),
                        ImageSpan.whole(model.images().imageTokens(40, 30)),
                        answer(random, sides.apply(row) != Side.REJECTED),
                        answer(random, sides.apply(row) != Side.CHOSEN));
                WholeSamples.write(writer, sample, List.of(pixels), text(sample.rowId(), sides.apply(row)));
            }
            shard = writer.finish();
        }
        ModelIdentity identity = new ModelIdentity(
                model.config().modelType(),
                Fingerprint.processor(MODEL),
                Fingerprint.tokenizer(MODEL),
                model.imageTokenId());
        Manifest manifest = Manifest.of(
                identity,
                new ImageRules(ImageStorage.TILES, true, 1000_000, SizeLimits.NONE),
                "t".repeat(64),
                "s".repeat(64),
                List.of(shard));
        storage.publish(directory.resolve(Manifest.FILE).toString(), manifest.toJson());
        return directory;
    }

    private static Answer answer(Random random, boolean there) {
        return there ? Answer.of(ids(random, 3 + random.nextInt(6))) : Answer.none();
    }

    private static int[] prompt(Random random, int imageTokenId, boolean odd) {
        int[] prompt = ids(random, 4 + random.nextInt(5));
        prompt[0] = odd ? ODD_TOKEN : prompt[0];
        prompt[1] = imageTokenId;
        return prompt;
    }

    private static int[] ids(Random random, int count) {
        return random.ints(count, 3, WORDS).toArray();
    }

    private static RowText text(String id, Side side) {
        List<Message> prompt = List.of(Message.user(1, "What is it?"));
        Conversation conversation =
                switch (side) {
                    case BOTH -> Conversation.pair(prompt, "This.", "That.");
                    case CHOSEN -> Conversation.demonstration(prompt, List.of(Message.assistant("This.")));
                    case REJECTED -> Conversation.warning(prompt, List.of(Message.assistant("That.")));
                };
        return RowText.of(id, conversation, RowText.Provenance.NONE);
    }

    /** Runs the job; {@code settings} are {@code key=value} and options such as {@code --overwrite}. */
    Path train(Path shards, String output, String... settings) throws Exception {
        return train(Map.of(), shards, output, settings);
    }

    Path train(Map<JobOption, List<String>> more, Path shards, String output, String... settings) throws Exception {
        Path directory = folder.resolve(output);
        Map<JobOption, List<String>> values = new EnumMap<>(JobOption.class);
        values.put(JobOption.MODEL, List.of(MODEL.toString()));
        values.put(JobOption.SHARDS, List.of(shards.toString()));
        values.put(JobOption.OUTPUT, List.of(directory.toString()));
        values.putAll(more);
        List<String> assignments = new ArrayList<>(List.of("model.precision=fp32", "model.threads=1"));
        assignments.addAll(List.of(settings));
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        Settings resolved = Settings.resolve(null, List.of(), assignments);
        spark.forEach(System::setProperty);
        try (JobContext context = new JobContext("train", new JobArguments(values, false), resolved, console, null)) {
            new TrainJob().run(context);
        } finally {
            spark.keySet().forEach(System::clearProperty);
        }
        return directory;
    }

    /** What the user saw. */
    String console() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    /** How the run ended, as run.json says. */
    static JsonObject end(Path output) throws IOException {
        return JsonParser.parseString(Files.readString(output.resolve("run.json")))
                .getAsJsonObject()
                .getAsJsonObject("end");
    }

    /** Requires that docs/training.md explains every name in metrics.jsonl. */
    static void requireExplained(Path output) throws IOException {
        String page = Files.readString(Path.of("../docs/training.md"));
        for (JsonObject line : lines(output)) {
            assertThat(line.keySet()).allSatisfy(name -> {
                String plain = name.replaceFirst("^eval_", "");
                // Several of a group stand in one line, such as `grad_norm/tower`, `/projector`.
                String ending = plain.replaceFirst("^.*(?=/)", "");
                assertThat(page).containsAnyOf("`" + plain + "`", "`" + ending + "`");
            });
        }
    }

    /** Lines of metrics.jsonl that are no evaluations. */
    static List<JsonObject> steps(Path output) throws IOException {
        return lines(output).stream().filter(line -> line.has("loss")).toList();
    }

    /** Lines of metrics.jsonl that are evaluations. */
    static List<JsonObject> evaluations(Path output) throws IOException {
        return lines(output).stream().filter(line -> line.has("eval_loss")).toList();
    }

    private static List<JsonObject> lines(Path output) throws IOException {
        return Files.readAllLines(output.resolve("metrics.jsonl")).stream()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }

    static List<Double> losses(Path output) throws IOException {
        return steps(output).stream()
                .map(line -> line.get("loss").getAsDouble())
                .toList();
    }

    static byte[] adapter(Path output) throws IOException {
        return Files.readAllBytes(output.resolve("adapter/adapter_model.safetensors"));
    }
}
