// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.data.Message;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.SizeLimits;
import dev.vireo.jobs.shards.ImageRules;
import dev.vireo.jobs.shards.ImageStorage;
import dev.vireo.jobs.shards.Manifest;
import dev.vireo.jobs.shards.ModelIdentity;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.ShardWriter;
import dev.vireo.jobs.shards.WholeSamples;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Shards of golden rows, by the ids and tiles of the reference libraries. */
final class GoldenShards {
    static final Path MODEL = golden("llavanext-tiny/model");
    private static final Path FOLDER = golden("llavanext-tiny");

    private GoldenShards() {}

    static Path golden(String path) {
        return Path.of("..", "model-core", "src", "test", "resources", "golden").resolve(path);
    }

    /** Writes the rows of these ids to a directory. */
    static void write(Path directory, List<String> rowIds) throws IOException {
        Storage storage = Storage.of(new Configuration());
        PretrainedModel model = PretrainedModel.open(MODEL);
        String place = directory.toString();
        try (ShardWriter writer = ShardWriter.create(storage, place, 0, ImageStorage.TILES, model.imageTokenId())) {
            for (String id : rowIds) {
                JsonObject row = row(id);
                WholeSamples.write(writer, sample(row), sources(row), text(row));
            }
            Manifest manifest = Manifest.of(
                    ModelIdentity.of(model),
                    new ImageRules(ImageStorage.TILES, true, 1_000_000, SizeLimits.NONE),
                    "template",
                    "settings",
                    List.of(writer.finish()));
            storage.publish(Storage.child(place, Manifest.FILE), manifest.toJson());
        }
    }

    static JsonElement json(String file) throws IOException {
        return JsonParser.parseString(Files.readString(FOLDER.resolve(file)));
    }

    private static JsonObject row(String id) throws IOException {
        for (JsonElement row : json("rows.json").getAsJsonArray()) {
            if (row.getAsJsonObject().get("row_id").getAsString().equals(id)) {
                return row.getAsJsonObject();
            }
        }
        throw new IllegalArgumentException("no row " + id);
    }

    private static Sample sample(JsonObject row) throws IOException {
        List<ProcessedImage> images = new ArrayList<>();
        for (JsonElement file : row.getAsJsonArray("images")) {
            images.add(image(file.getAsString()));
        }
        return new Sample(
                row.get("row_id").getAsString(),
                ints(row.getAsJsonArray("prompt_ids")),
                images,
                ImageSpan.whole(ints(row.getAsJsonArray("image_tokens"))),
                Answer.of(ints(row.getAsJsonArray("chosen_ids"))),
                Answer.of(ints(row.getAsJsonArray("rejected_ids"))));
    }

    private static ProcessedImage image(String file) throws IOException {
        SafetensorsFile tiles = SafetensorsFile.open(FOLDER.resolve("images.safetensors"));
        JsonObject about = json("images.json").getAsJsonObject().getAsJsonObject(file);
        List<Long> shape = tiles.tensors().get(file).shape();
        ByteBuffer bytes = tiles.bytes(file);
        byte[] pixels = new byte[bytes.remaining()];
        bytes.get(pixels);
        return new ProcessedImage(
                pixels,
                shape.get(0).intValue(),
                shape.get(2).intValue(),
                shape.get(3).intValue(),
                about.get("image_height").getAsInt(),
                about.get("image_width").getAsInt());
    }

    private static List<byte[]> sources(JsonObject row) throws IOException {
        List<byte[]> sources = new ArrayList<>();
        for (JsonElement file : row.getAsJsonArray("images")) {
            sources.add(Files.readAllBytes(golden("images").resolve(file.getAsString())));
        }
        return sources;
    }

    private static RowText text(JsonObject row) {
        int images = row.getAsJsonArray("images").size();
        String question = content(row, "prompt");
        return new RowText(
                row.get("row_id").getAsString(),
                List.of(Message.user(images, question)),
                question,
                content(row, "chosen"),
                content(row, "rejected"),
                RowText.Provenance.NONE,
                RowText.Lineage.NONE);
    }

    private static String content(JsonObject row, String part) {
        return row.getAsJsonArray(part).get(0).getAsJsonObject().get("content").getAsString();
    }

    private static int[] ints(JsonArray array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).getAsInt();
        }
        return values;
    }
}
