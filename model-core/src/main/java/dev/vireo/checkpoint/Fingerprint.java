// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a model, an adapter or a tokenizer is, in one text: hexadecimal SHA-256 of the content that decides what it
 * computes. Equal for equal content wherever and in however many files it lies; weights may be named by any generation.
 *
 * <p>A content is read once in a process as long as its files keep their size and time of change.
 */
public final class Fingerprint {
    private static final Set<String> UNIMPORTANT =
            Set.of("transformers_version", "_name_or_path", "architectures", "torch_dtype", "dtype");
    private static final List<String> PROCESSOR = List.of("preprocessor_config.json", "processor_config.json");
    private static final List<String> TOKENIZER = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja",
            "chat_template.json");
    private static final long BLOCK_BYTES = 1L << 22;

    private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();

    private Fingerprint() {}

    /**
     * Of a model directory's weights and {@code config.json}: names, types, shapes and every byte.
     *
     * @throws CheckpointMismatchException if it is no model directory
     */
    public static String weights(Path modelDirectory) {
        return known("weights", modelDirectory, name -> isWeightFile(name) || name.equals("config.json"), () -> {
            JsonObject config = JsonFile.readObject(modelDirectory.resolve("config.json"));
            UNIMPORTANT.forEach(config::remove);
            Digest digest = new Digest().text(sorted(config));
            try (Checkpoint checkpoint = Checkpoint.open(modelDirectory)) {
                for (String name : new TreeSet<>(checkpoint.names())) {
                    update(digest, checkpoint, checkpoint.info(name));
                }
            }
            return digest.hex();
        });
    }

    private static void update(Digest digest, Checkpoint checkpoint, TensorInfo info) {
        digest.text(info.name()).text(info.type().name()).text(info.shape().toString());
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, info.sizeBytes()));
        for (long first = 0; first < info.sizeBytes(); first += BLOCK_BYTES) {
            block.clear().limit((int) Math.min(BLOCK_BYTES, info.sizeBytes() - first));
            checkpoint.read(info.name(), first, block);
            digest.bytes(block.flip());
        }
    }

    private static boolean isWeightFile(String name) {
        return name.endsWith(".safetensors") || name.equals(WeightFiles.INDEX);
    }

    /** Of an adapter: its modules, factors and scales. */
    public static String adapter(Path adapterDirectory) {
        return known("adapter", adapterDirectory, name -> name.startsWith("adapter_"), () -> {
            PeftAdapter adapter = PeftAdapter.read(adapterDirectory);
            Digest digest = new Digest();
            adapter.pairs().forEach((module, pair) -> {
                digest.text(module).text(Double.toString(adapter.scale(module)));
                for (HostTensor factor : pair.tensors()) {
                    digest.text(factor.toString()).bytes(factor.bytes());
                }
            });
            return digest.hex();
        });
    }

    /** Of the file that says how a model's parts fit together. */
    public static String config(Path modelDirectory) {
        return files(modelDirectory, List.of("config.json"));
    }

    /** Of the files that say how pictures become tiles. */
    public static String processor(Path modelDirectory) {
        return files(modelDirectory, PROCESSOR);
    }

    /** Of the files that say how conversations become token ids. */
    public static String tokenizer(Path modelDirectory) {
        return files(modelDirectory, TOKENIZER);
    }

    /** Of a text. */
    public static String text(String text) {
        return new Digest().text(text).hex();
    }

    private static String files(Path directory, List<String> names) {
        Digest digest = new Digest();
        for (String name : names) {
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file)) {
                try {
                    byte[] content = Files.readAllBytes(file);
                    digest.text(name).text(Integer.toString(content.length)).bytes(ByteBuffer.wrap(content));
                } catch (IOException e) {
                    throw FileFailures.reading(file, e);
                }
            }
        }
        return digest.hex();
    }

    private static String known(
            String kind, Path directory, java.util.function.Predicate<String> concerned, Supplier<String> compute) {
        StringBuilder key = new StringBuilder(kind);
        for (Path file : list(directory)) {
            if (concerned.test(file.getFileName().toString())) {
                try {
                    key.append('\n').append(file.toAbsolutePath().normalize());
                    key.append(' ').append(Files.size(file)).append(' ').append(Files.getLastModifiedTime(file));
                } catch (IOException e) {
                    throw FileFailures.reading(file, e);
                }
            }
        }
        return KNOWN.computeIfAbsent(key.toString(), k -> compute.get());
    }

    private static List<Path> list(Path directory) {
        List<Path> files = new ArrayList<>();
        try (var found = Files.newDirectoryStream(directory)) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw FileFailures.reading(directory, e);
        }
        return files.stream().sorted().toList();
    }

    /** An object's text with its keys in order, whatever order the file has. */
    private static String sorted(@Nullable JsonElement element) {
        if (element == null || !element.isJsonObject()) {
            return String.valueOf(element);
        }
        Map<String, String> entries = new TreeMap<>();
        element.getAsJsonObject().entrySet().forEach(entry -> entries.put(entry.getKey(), sorted(entry.getValue())));
        return entries.toString();
    }
}
