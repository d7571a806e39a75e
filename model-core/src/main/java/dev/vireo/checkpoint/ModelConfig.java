// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model's {@code config.json}, read by dotted path ({@code text_config.hidden_size}). What the file leaves out has the
 * value that transformers 5.23 gives it, and both generations' spellings read alike: the rotary base is
 * {@code text_config.rope_parameters.rope_theta}, the stored type {@code dtype}.
 *
 * <p>Every getter throws {@link CheckpointMismatchException}, naming file, key and value, if the value is absent or of
 * another kind.
 */
public final class ModelConfig {
    private static final String FILE = "config.json";

    private final String source;
    private final JsonObject root;

    private ModelConfig(String source, JsonObject root) {
        this.source = source;
        this.root = root;
    }

    /** Reads {@code config.json} of a model directory. */
    public static ModelConfig read(Path modelDirectory) {
        Path file = modelDirectory.resolve(FILE);
        return new ModelConfig(file.toString(), ConfigDefaults.complete(JsonFile.readObject(file)));
    }

    /**
     * Reads the text of a {@code config.json}.
     *
     * @param source what messages call the text
     */
    public static ModelConfig parse(String json, String source) {
        return new ModelConfig(source, ConfigDefaults.complete(JsonFile.parseObject(json, source)));
    }

    /** What messages call this configuration: the path of its file. */
    public String source() {
        return source;
    }

    /** The model family, such as {@code llava_next}. */
    public String modelType() {
        return text("model_type");
    }

    /** True if there is a value, from the file or by default, that is not null. */
    public boolean has(String path) {
        return find(path) != null;
    }

    public int integer(String path) {
        return convert(path, "a whole number", ModelConfig::toInt);
    }

    public double number(String path) {
        return convert(path, "a number", element -> numberOf(element).doubleValue());
    }

    public boolean flag(String path) {
        return convert(path, "true or false", element -> {
            JsonPrimitive primitive = element.getAsJsonPrimitive();
            if (!primitive.isBoolean()) {
                throw new IllegalStateException();
            }
            return primitive.getAsBoolean();
        });
    }

    public String text(String path) {
        return convert(path, "a text", element -> {
            JsonPrimitive primitive = element.getAsJsonPrimitive();
            if (!primitive.isString()) {
                throw new IllegalStateException();
            }
            return primitive.getAsString();
        });
    }

    /** A list of whole numbers; a single number is a list of one. */
    public List<Integer> integers(String path) {
        return convert(path, "a list of whole numbers", ModelConfig::toInts);
    }

    /** A list of numbers. */
    public List<Double> numbers(String path) {
        return convert(path, "a list of numbers", element -> {
            List<Double> values = new ArrayList<>();
            element.getAsJsonArray().forEach(each -> values.add(numberOf(each).doubleValue()));
            return List.copyOf(values);
        });
    }

    /** A list of lists of whole numbers, such as {@code image_grid_pinpoints}. */
    public List<List<Integer>> integerLists(String path) {
        return convert(path, "a list of lists of whole numbers", element -> {
            List<List<Integer>> lists = new ArrayList<>();
            element.getAsJsonArray().forEach(list -> lists.add(toInts(list)));
            return List.copyOf(lists);
        });
    }

    /** The whole number at {@code path}, or empty where the value is null or absent (no sliding window, say). */
    public Optional<Integer> optionalInteger(String path) {
        return has(path) ? Optional.of(integer(path)) : Optional.empty();
    }

    /** The text at {@code path}, or empty where the value is null or absent. */
    public Optional<String> optionalText(String path) {
        return has(path) ? Optional.of(text(path)) : Optional.empty();
    }

    /**
     * Refuses a model whose mathematics would be different from what is built: the value must be one of those supported,
     * compared as JSON prints it. An absent or null value passes.
     *
     * @throws CheckpointMismatchException naming file, key, value and what is supported
     */
    public void requireOneOf(String path, Object... supported) {
        JsonElement value = find(path);
        if (value == null || Arrays.stream(supported).anyMatch(each -> equal(value, each))) {
            return;
        }
        throw new CheckpointMismatchException("Cannot build the model of " + source + ": " + path + " is " + value
                + " (supported: " + Arrays.toString(supported) + ")");
    }

    private static boolean equal(JsonElement value, Object supported) {
        if (!value.isJsonPrimitive()) {
            return value.toString().equals(supported.toString());
        }
        JsonPrimitive primitive = value.getAsJsonPrimitive();
        return supported instanceof Number number && primitive.isNumber()
                ? new BigDecimal(number.toString()).compareTo(primitive.getAsBigDecimal()) == 0
                : primitive.getAsString().equals(supported.toString());
    }

    private <T> T convert(String path, String expected, Function<JsonElement, T> conversion) {
        JsonElement value = find(path);
        if (value == null) {
            throw new CheckpointMismatchException(
                    "Cannot read " + source + ": it has no " + path + " (expected " + expected + ")");
        }
        try {
            return conversion.apply(value);
        } catch (IllegalStateException | ArithmeticException | NumberFormatException e) {
            throw new CheckpointMismatchException(
                    "Cannot read " + source + ": " + path + " is " + value + " (expected " + expected + ")", e);
        }
    }

    private @Nullable JsonElement find(String path) {
        JsonElement element = root;
        for (String key : path.split("\\.", -1)) {
            if (!element.isJsonObject() || !element.getAsJsonObject().has(key)) {
                return null;
            }
            element = element.getAsJsonObject().get(key);
        }
        return element.isJsonNull() ? null : element;
    }

    private static BigDecimal numberOf(JsonElement element) {
        JsonPrimitive primitive = element.getAsJsonPrimitive();
        if (!primitive.isNumber()) {
            throw new IllegalStateException();
        }
        return primitive.getAsBigDecimal();
    }

    private static int toInt(JsonElement element) {
        return numberOf(element).intValueExact();
    }

    private static List<Integer> toInts(JsonElement element) {
        if (!element.isJsonArray()) {
            return List.of(toInt(element));
        }
        List<Integer> values = new ArrayList<>();
        element.getAsJsonArray().forEach(each -> values.add(toInt(each)));
        return List.copyOf(values);
    }
}
