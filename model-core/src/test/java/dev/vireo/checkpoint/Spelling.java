// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.model.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A golden checkpoint as another version of transformers, or the original code, would have written it. */
public final class Spelling {
    private static final String TEMPLATE = "chat_template";
    private static final long SMALL_SHARD = 60_000;

    private final Golden golden;
    private final Path target;

    /** @param target an empty directory */
    public Spelling(Golden golden, Path target) {
        this.golden = golden;
        this.target = target;
    }

    /** The files of transformers 5 beside the weights, as they are. */
    public void currentFiles() {
        try (var files = Files.newDirectoryStream(golden.model(), "*.{json,jinja}")) {
            for (Path file : files) {
                if (!file.toString().endsWith(".index.json")) {
                    Files.copy(file, target.resolve(file.getFileName()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The files of transformers 4: rotary base and type under their old names, the image processor in a file of its own.
     *
     * @param template the file that holds the chat template, {@code chat_template.json} or {@code tokenizer_config.json}
     */
    public void olderFiles(String template) {
        currentFiles();
        JsonObject config = read("config.json");
        rename(config, "dtype", "torch_dtype");
        JsonObject text = config.getAsJsonObject("text_config");
        JsonObject rope = text.remove("rope_parameters").getAsJsonObject();
        text.add("rope_theta", rope.remove("rope_theta"));
        if (!rope.get("rope_type").getAsString().equals("default")) {
            text.add("rope_scaling", rope);
        }
        write("config.json", config);
        JsonObject processor = read("processor_config.json");
        write("preprocessor_config.json", processor.remove("image_processor"));
        write("processor_config.json", processor);
        Path jinja = target.resolve("chat_template.jinja");
        if (Files.exists(jinja)) {
            try {
                JsonObject into = template.equals("chat_template.json") ? new JsonObject() : read(template);
                into.addProperty(TEMPLATE, Files.readString(jinja));
                write(template, into);
                Files.delete(jinja);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void rename(JsonObject config, String from, String to) {
        for (String key : List.copyOf(config.keySet())) {
            if (config.get(key).isJsonObject()) {
                rename(config.getAsJsonObject(key), from, to);
            }
        }
        if (config.has(from)) {
            config.add(to, config.remove(from));
        }
    }

    private JsonObject read(String file) {
        try {
            return JsonParser.parseString(Files.readString(target.resolve(file)))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String file, JsonElement content) {
        try {
            Files.writeString(target.resolve(file), content.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the weights: in one file, or in several where they are of a narrow type.
     *
     * @param generation a key of {@code names.json}
     * @param rounded the precision that the values have
     * @param stored the type in which they are written, which can hold them
     */
    public void weights(String generation, StoredType rounded, StoredType stored) {
        JsonObject names = golden.json("names.json").getAsJsonObject();
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(golden.model())) {
            JsonArray canonical = names.getAsJsonArray("c");
            for (int i = 0; i < canonical.size(); i++) {
                HostTensor tensor = checkpoint.tensor(canonical.get(i).getAsString());
                float[] values = tensor.toFloats();
                ByteBuffer bytes = ByteBuffer.allocateDirect(values.length * stored.elementBytes());
                bytes.order(ByteOrder.LITTLE_ENDIAN);
                for (float value : values) {
                    put(bytes, round(value, rounded), stored);
                }
                tensors.put(
                        names.getAsJsonArray(generation).get(i).getAsString(),
                        HostTensor.of(stored, tensor.shape(), bytes.flip()));
            }
            List<TensorInfo> infos = new ArrayList<>();
            tensors.forEach((name, tensor) -> infos.add(tensor.info(name)));
            long shard = stored == StoredType.F32 ? WeightShards.SHARD_BYTES : SMALL_SHARD;
            WeightShards.write(
                    target,
                    infos,
                    (info, file) -> file.append(tensors.get(info.name()).bytes()),
                    shard);
        }
    }

    /** Drops the bits that the type does not have; what is too small for a normal number of half precision is 0. */
    private static float round(float value, StoredType type) {
        return switch (type) {
            case BF16 -> Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xffff0000);
            case F16 ->
                Math.abs(value) < 0x1p-14f ? 0 : Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xffffe000);
            default -> value;
        };
    }

    private static void put(ByteBuffer bytes, float value, StoredType type) {
        int bits = Float.floatToRawIntBits(value);
        switch (type) {
            case BF16 -> bytes.putShort((short) (bits >>> 16));
            case F16 ->
                bytes.putShort((short) (value == 0 ? 0 : bits >>> 16 & 0x8000 | (bits >>> 13 & 0x3ffff) - (112 << 10)));
            default -> bytes.putFloat(value);
        }
    }

    public Path directory() {
        return target;
    }
}
