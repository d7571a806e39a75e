// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ImageDecoder.Orientation;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.image.SizeLimits;
import dev.vireo.image.Transparency;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A tiny checkpoint and what the reference libraries make of it; tools/golden/README.md says what each file holds. */
public final class Golden {
    private static final Path ROOT = Path.of("src/test/resources/golden");

    private final String name;
    private final Path directory;
    private final SafetensorsFile tiles;
    private final JsonObject images;

    private Golden(String name) {
        this.name = name;
        directory = ROOT.resolve(name);
        Path own = directory.resolve("images.safetensors");
        tiles = SafetensorsFile.open(
                Files.exists(own) ? own : ROOT.resolve("llavanext-tiny").resolve("images.safetensors"));
        images = json("images.json").getAsJsonObject();
    }

    /** Every tiny checkpoint. */
    public static Stream<String> names() {
        return Stream.of(
                "llava15-tiny",
                "llavanext-tiny",
                "llavanext-window",
                "llavanext-bf16-sharded",
                "llavanext-vicuna",
                "llava-siglip",
                "onevision-tiny",
                "onevision-tied",
                "paligemma-tiny",
                "idefics2-tiny",
                "idefics3-tiny",
                "smolvlm-tiny");
    }

    public static Golden of(String name) {
        return new Golden(name);
    }

    public String name() {
        return name;
    }

    public Path model() {
        return directory.resolve("model");
    }

    public Path path(String file) {
        return directory.resolve(file);
    }

    public JsonElement json(String file) {
        try {
            return JsonParser.parseString(Files.readString(directory.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Map<String, TensorInfo> tensors(String file) {
        return SafetensorsFile.open(directory.resolve(file)).tensors();
    }

    public float[] tensor(String file, String name) {
        SafetensorsFile from = SafetensorsFile.open(directory.resolve(file));
        TensorInfo info = from.tensors().get(name);
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        return HostTensor.of(info.type(), shape, from.bytes(name)).toFloats();
    }

    /** The tokens that end an answer. */
    public Set<Integer> endIds() {
        return Set.of(json("model/generation_config.json")
                .getAsJsonObject()
                .get("eos_token_id")
                .getAsInt());
    }

    /** True if the file holds digests of the tiles and not the tiles; then they are made here, and compared elsewhere. */
    public boolean hasDigests() {
        return images.entrySet().iterator().next().getValue().getAsJsonObject().has("sha256");
    }

    /** A golden picture as it is decoded for an image processor. */
    public static RgbImage decoded(String file, Transparency transparency) {
        try {
            byte[] encoded = Files.readAllBytes(ROOT.resolve("images").resolve(file));
            return new ImageDecoder(Orientation.APPLY, transparency, Long.MAX_VALUE, SizeLimits.NONE).decode(encoded);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The processor's tiles of a picture of a row with so many of them. */
    private ProcessedImage image(String file, int rowImages) {
        if (!hasDigests()) {
            return image(file);
        }
        ImageProcessor processor = PretrainedModel.open(model()).images();
        return processor.process(decoded(file, processor.transparency()), rowImages);
    }

    private ProcessedImage image(String file) {
        JsonObject about = images.getAsJsonObject(file);
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

    /** All preference rows, by the ids that TRL's collator gives them. */
    public List<Sample> rows() {
        var rows = new ArrayList<Sample>();
        for (JsonElement each : json("rows.json").getAsJsonArray()) {
            rows.add(sample(each.getAsJsonObject()));
        }
        return rows;
    }

    public Sample row(String id) {
        return rows().stream().filter(r -> r.rowId().equals(id)).findFirst().orElseThrow();
    }

    private Sample sample(JsonObject row) {
        var pictures = new ArrayList<ProcessedImage>();
        JsonArray files = row.getAsJsonArray("images");
        files.forEach(file -> pictures.add(image(file.getAsString(), files.size())));
        return new Sample(
                row.get("row_id").getAsString(),
                ints(row.getAsJsonArray("prompt_ids")),
                pictures,
                spans(row),
                Answer.of(ints(row.getAsJsonArray("chosen_ids"))),
                Answer.of(ints(row.getAsJsonArray("rejected_ids"))));
    }

    /** What each picture of a row takes. */
    public static List<ImageSpan> spans(JsonObject row) {
        int[] tokens = ints(row.getAsJsonArray("image_tokens"));
        JsonArray several = row.getAsJsonArray("image_placeholders");
        return several == null
                ? ImageSpan.whole(tokens)
                : IntStream.range(0, tokens.length)
                        .mapToObj(i -> new ImageSpan(tokens[i], several.get(i).getAsInt()))
                        .toList();
    }

    public static int[] ints(JsonArray array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).getAsInt();
        }
        return values;
    }
}
