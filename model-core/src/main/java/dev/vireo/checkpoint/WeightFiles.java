// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds the safetensors files of a model directory: one, or the shards that an index names. */
final class WeightFiles {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private WeightFiles() {}

    /**
     * The file of each stored weight.
     *
     * @throws CheckpointMismatchException if there is no safetensors file, a shard is missing, or the index disagrees
     */
    static Map<String, SafetensorsFile> open(Path directory) {
        if (Files.isRegularFile(directory.resolve(INDEX))) {
            return openShards(directory);
        }
        Path single = directory.resolve(SINGLE);
        if (!Files.isRegularFile(single)) {
            throw noWeights(directory);
        }
        Map<String, SafetensorsFile> files = new LinkedHashMap<>();
        SafetensorsFile file = SafetensorsFile.open(single);
        file.tensors().keySet().forEach(name -> files.put(name, file));
        return files;
    }

    private static Map<String, SafetensorsFile> openShards(Path directory) {
        Path index = directory.resolve(INDEX);
        Map<String, String> shardByName = readIndex(index);
        Map<String, SafetensorsFile> shards = openAll(directory, shardByName);
        Map<String, SafetensorsFile> files = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        shardByName.forEach((name, shard) -> {
            SafetensorsFile file = requireNonNull(shards.get(shard));
            files.put(name, file);
            if (!file.tensors().containsKey(name)) {
                problems.add(name + ": not in " + shard + ", where the index places it");
            }
        });
        shards.forEach((shard, file) -> file.tensors().keySet().forEach(name -> {
            if (!shard.equals(shardByName.get(name))) {
                problems.add(name + ": in " + shard + ", but the index "
                        + (shardByName.containsKey(name)
                                ? "places it in " + shardByName.get(name)
                                : "does not name it"));
            }
        }));
        if (!problems.isEmpty()) {
            throw new CheckpointMismatchException("Cannot read the shards of " + index + ": " + problems.size()
                    + " weights are not as it says:" + CheckpointMismatchException.list(problems));
        }
        return files;
    }

    private static Map<String, SafetensorsFile> openAll(Path directory, Map<String, String> shardByName) {
        List<String> missing = shardByName.values().stream()
                .distinct()
                .sorted()
                .filter(shard -> !Files.isRegularFile(directory.resolve(shard)))
                .toList();
        if (!missing.isEmpty()) {
            throw new CheckpointMismatchException("Cannot read " + directory + ": " + INDEX + " names "
                    + missing.size() + " files that are not there; copy them into the directory:"
                    + CheckpointMismatchException.list(missing));
        }
        Map<String, SafetensorsFile> shards = new TreeMap<>();
        shardByName
                .values()
                .forEach(shard -> shards.computeIfAbsent(shard, name -> SafetensorsFile.open(directory.resolve(name))));
        return shards;
    }

    private static Map<String, String> readIndex(Path index) {
        JsonObject root = JsonFile.readObject(index);
        JsonElement map = root.get("weight_map");
        if (map == null || !map.isJsonObject()) {
            throw new CheckpointMismatchException("Cannot read " + index + ": it has no object \"weight_map\"");
        }
        Map<String, String> shardByName = new TreeMap<>();
        map.getAsJsonObject().entrySet().forEach(entry -> {
            JsonElement shard = entry.getValue();
            if (!shard.isJsonPrimitive()
                    || !Path.of(shard.getAsString())
                            .equals(Path.of(shard.getAsString()).getFileName())) {
                throw new CheckpointMismatchException("Cannot read " + index + ": weight_map has " + shard + " for "
                        + entry.getKey() + " (expected the name of a file in the same directory)");
            }
            shardByName.put(entry.getKey(), shard.getAsString());
        });
        return shardByName;
    }

    private static CheckpointMismatchException noWeights(Path directory) {
        List<String> pickles = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.{bin,pt,pth,ckpt}")) {
                found.forEach(path -> pickles.add(path.getFileName().toString()));
            } catch (IOException e) {
                throw FileFailures.reading(directory, e);
            }
        }
        String reason = pickles.isEmpty()
                ? "it has neither " + SINGLE + " nor " + INDEX
                : "its weights are Python pickles ("
                        + pickles.stream().sorted().findFirst().orElseThrow()
                        + "), which can run code and are never read; only safetensors are. Convert with transformers:"
                        + " load the model and call save_pretrained, which writes " + SINGLE;
        return new CheckpointMismatchException("Cannot read the weights of " + directory + ": " + reason);
    }
}
