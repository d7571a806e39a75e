// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code adapter_config.json} and refuses what is not plain LoRA: every option that changes the mathematics and is
 * switched on is named, the ones that this version has never heard of too.
 */
final class PeftConfigReader {
    /** Options that are read, that only say where an adapter came from, or that speak of training alone. */
    private static final Set<String> UNDERSTOOD = Set.of(
            "alpha_pattern",
            "auto_mapping",
            "base_model_name_or_path",
            "corda_config",
            "ensure_weight_tying",
            "eva_config",
            "exclude_modules",
            "inference_mode",
            "layers_pattern",
            "layers_to_transform",
            "loftq_config",
            "lora_alpha",
            "lora_dropout",
            "megatron_core",
            "peft_type",
            "peft_version",
            "qalora_group_size",
            "r",
            "rank_pattern",
            "revision",
            "runtime_config",
            "target_modules",
            "task_type",
            "use_dora",
            "use_rslora");

    /** Starting values that leave the base model's weights as they are. */
    private static final Set<String> HARMLESS_STARTS = Set.of("true", "false", "gaussian", "eva", "orthogonal");

    private final Path file;
    private final JsonObject json;

    PeftConfigReader(Path file) {
        this.file = file;
        this.json = JsonFile.readObject(file);
    }

    /** @throws CheckpointMismatchException naming each option that cannot be honoured, with its value */
    PeftConfig read() {
        refuseOtherMethods();
        return new PeftConfig(
                has("base_model_name_or_path") ? text("base_model_name_or_path") : null,
                (int) number("r"),
                number("lora_alpha"),
                has("lora_dropout") ? number("lora_dropout") : 0,
                new LoraVariant(has("use_rslora"), has("use_dora")),
                patterns("rank_pattern", JsonElement::getAsInt),
                patterns("alpha_pattern", JsonElement::getAsDouble));
    }

    /** The {@code target_modules}, or null where other options narrow them down, so that they say nothing by themselves. */
    @Nullable
    TargetModules targets() {
        boolean narrowed = has("exclude_modules") || has("layers_to_transform");
        if (!has("target_modules") || narrowed || text("target_modules").equals("all-linear")) {
            return null;
        }
        try {
            return TargetModules.of(json.get("target_modules"));
        } catch (RuntimeException e) {
            throw new CheckpointMismatchException(
                    "Cannot read target_modules of " + file + ": " + json.get("target_modules") + ": " + e.getMessage(),
                    e);
        }
    }

    private void refuseOtherMethods() {
        List<String> problems = new ArrayList<>();
        json.entrySet().forEach(entry -> {
            String name = entry.getKey();
            JsonElement value = entry.getValue();
            boolean harmless =
                    switch (name) {
                        case "bias" -> text(name).equals("none");
                        case "init_lora_weights" -> HARMLESS_STARTS.contains(text(name));
                        default -> UNDERSTOOD.contains(name) || !isOn(value);
                    };
            if (!harmless) {
                problems.add(name + " = " + value);
            }
        });
        if (!has("peft_type") || !text("peft_type").equals("LORA")) {
            problems.add("peft_type = " + json.get("peft_type"));
        }
        if (!problems.isEmpty()) {
            throw new CheckpointMismatchException("Cannot use the adapter of " + file
                    + ": it is not plain LoRA, which alone is understood; these options change what it computes:"
                    + CheckpointMismatchException.list(problems));
        }
    }

    /** False for null, false, and what is empty. */
    private static boolean isOn(JsonElement value) {
        if (value.isJsonNull()) {
            return false;
        }
        if (value.isJsonArray()) {
            return !value.getAsJsonArray().isEmpty();
        }
        if (value.isJsonObject()) {
            return value.getAsJsonObject().size() > 0;
        }
        JsonPrimitive primitive = value.getAsJsonPrimitive();
        return !primitive.isBoolean() || primitive.getAsBoolean();
    }

    private boolean has(String name) {
        return json.has(name) && isOn(json.get(name));
    }

    private String text(String name) {
        JsonElement value = json.get(name);
        return value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }

    private double number(String name) {
        JsonElement value = json.get(name);
        if (value == null
                || !value.isJsonPrimitive()
                || !value.getAsJsonPrimitive().isNumber()) {
            throw new CheckpointMismatchException(
                    "Cannot read " + name + " of " + file + ": " + value + " (expected a number)");
        }
        return value.getAsDouble();
    }

    private <T> Map<String, T> patterns(String name, Function<JsonElement, T> read) {
        Map<String, T> patterns = new LinkedHashMap<>();
        if (has(name)) {
            json.getAsJsonObject(name)
                    .entrySet()
                    .forEach(entry -> patterns.put(entry.getKey(), read.apply(entry.getValue())));
        }
        return patterns;
    }
}
