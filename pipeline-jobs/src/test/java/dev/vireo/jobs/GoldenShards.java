// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ImageRejectedException;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.SizeLimits;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** The rows of a golden checkpoint as shards, with the ids that TRL's collator gives them. */
final class GoldenShards {
    private static final Path ROOT = Path.of("../model-core/src/test/resources/golden");
    private static final ImageRules RULES =
            new ImageRules(ImageStorage.TILES, true, Integer.MAX_VALUE, SizeLimits.NONE);

    private final Path directory;
    private final PretrainedModel model;

    private GoldenShards(String name) {
        directory = ROOT.resolve(name);
        model = PretrainedModel.open(directory.resolve("model"));
    }

    static GoldenShards of(String name) {
        return new GoldenShards(name);
    }

    Path model() {
        return directory.resolve("model");
    }

    Path path(String file) {
        return directory.resolve(file);
    }

    List<JsonObject> list(String file) throws IOException {
        List<JsonObject> objects = new ArrayList<>();
        JsonParser.parseString(Files.readString(directory.resolve(file)))
                .getAsJsonArray()
                .forEach(each -> objects.add(each.getAsJsonObject()));
        return objects;
    }

    /** Writes all rows, so many in a shard. */
    void write(Path folder, int shardRows) throws IOException, ImageRejectedException {
        Storage storage = Storage.of(new Configuration(false));
        List<JsonObject> rows = list("rows.json");
        List<ShardEntry> shards = new ArrayList<>();
        for (int first = 0; first < rows.size(); first += shardRows) {
            try (ShardWriter writer = ShardWriter.create(
                    storage, folder.toString(), shards.size(), ImageStorage.TILES, model.imageTokenId())) {
                for (JsonObject row : rows.subList(first, Math.min(rows.size(), first + shardRows))) {
                    write(writer, row);
                }
                shards.add(writer.finish());
            }
        }
        Manifest manifest = Manifest.of(ModelIdentity.of(model), RULES, "template", "settings", shards);
        storage.publish(Storage.child(folder.toString(), Manifest.FILE), manifest.toJson());
    }

    private void write(ShardWriter writer, JsonObject row) throws IOException, ImageRejectedException {
        ImageDecoder decoder = RULES.decoder(model.images().transparency());
        List<byte[]> sources = new ArrayList<>();
        List<ProcessedImage> tiles = new ArrayList<>();
        for (JsonElement file : row.getAsJsonArray("images")) {
            byte[] source = Files.readAllBytes(ROOT.resolve("images").resolve(file.getAsString()));
            sources.add(source);
            tiles.add(model.images()
                    .process(
                            decoder.decode(source), row.getAsJsonArray("images").size()));
        }
        String id = row.get("row_id").getAsString();
        Sample sample = new Sample(
                id,
                ints(row.getAsJsonArray("prompt_ids")),
                tiles,
                ImageSpan.whole(ints(row.getAsJsonArray("image_tokens"))),
                Answer.of(ints(row.getAsJsonArray("chosen_ids"))),
                Answer.of(ints(row.getAsJsonArray("rejected_ids"))));
        Conversation words = Conversation.pair(
                prompt(row.getAsJsonArray("prompt"), sources.size()), content(row, "chosen"), content(row, "rejected"));
        WholeSamples.write(
                writer, sample, sources, RowText.of(id, words, new RowText.Provenance("golden", null, null, null)));
    }

    private static List<Message> prompt(JsonArray turns, int images) {
        List<Message> messages = new ArrayList<>();
        for (JsonElement each : turns) {
            JsonObject turn = each.getAsJsonObject();
            String content = turn.get("content").getAsString();
            boolean user = turn.get("role").getAsString().equals("user");
            messages.add(user ? Message.user(messages.isEmpty() ? images : 0, content) : Message.assistant(content));
        }
        return messages;
    }

    private static String content(JsonObject row, String name) {
        return row.getAsJsonArray(name).get(0).getAsJsonObject().get("content").getAsString();
    }

    static int[] ints(JsonArray array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).getAsInt();
        }
        return values;
    }
}
