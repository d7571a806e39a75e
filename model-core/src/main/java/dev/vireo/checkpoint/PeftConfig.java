// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code adapter_config.json} says of a LoRA adapter.
 *
 * @param baseModel {@code base_model_name_or_path}
 * @param loraRank {@code r}
 * @param alpha {@code lora_alpha}
 * @param dropout {@code lora_dropout}
 * @param variant {@code use_rslora} and {@code use_dora}
 * @param rankPattern {@code rank_pattern}: ranks by regular expression of the end of module names
 * @param alphaPattern {@code alpha_pattern}, the same for alpha
 */
public record PeftConfig(
        @Nullable String baseModel,
        int loraRank,
        double alpha,
        double dropout,
        LoraVariant variant,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern) {
    public PeftConfig {
        rankPattern = Map.copyOf(rankPattern);
        alphaPattern = Map.copyOf(alphaPattern);
    }

    /** The configuration of an adapter whose modules all have one rank and alpha. */
    public static PeftConfig uniform(@Nullable String baseModel, int loraRank, double alpha, double dropout) {
        return new PeftConfig(baseModel, loraRank, alpha, dropout, LoraVariant.PLAIN, Map.of(), Map.of());
    }

    /** The same configuration with another variant. */
    public PeftConfig with(LoraVariant other) {
        return new PeftConfig(baseModel, loraRank, alpha, dropout, other, rankPattern, alphaPattern);
    }

    /** The same configuration, of an adapter on a base model of that name. */
    public PeftConfig on(@Nullable String model) {
        return new PeftConfig(model, loraRank, alpha, dropout, variant, rankPattern, alphaPattern);
    }

    /** What B A is multiplied by: alpha / R (Hu et al. 2021, section 4.1), or alpha / sqrt(R) (Kalajdzievski 2023). */
    public double scale(LoraPair pair) {
        return pair.alpha() / (variant.rankStabilised() ? Math.sqrt(pair.loraRank()) : pair.loraRank());
    }

    /** The rank of a module. */
    int loraRank(String module) {
        return matching(rankPattern, module, loraRank);
    }

    /** The alpha of a module. */
    double alpha(String module) {
        return matching(alphaPattern, module, alpha);
    }

    private static <T> T matching(Map<String, T> patterns, String module, T otherwise) {
        return patterns.entrySet().stream()
                .filter(entry -> Pattern.matches("(.*\\.)?(" + entry.getKey() + ")", module))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(otherwise);
    }

    /** The same configuration with patterns that name each module of another rank or alpha. */
    PeftConfig describing(Map<String, LoraPair> pairs) {
        Map<String, LoraShape> shapes = new LinkedHashMap<>();
        pairs.forEach((module, pair) -> shapes.put(module, LoraShape.of(pair)));
        return describingShapes(shapes);
    }

    /** The same of modules whose factors are not there yet. */
    PeftConfig describingShapes(Map<String, LoraShape> shapes) {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        Map<String, Double> alphas = new LinkedHashMap<>();
        shapes.forEach((module, shape) -> {
            String pattern = module.replace(".", "\\.");
            if (shape.loraRank() != loraRank) {
                ranks.put(pattern, shape.loraRank());
            }
            if (shape.alpha() != alpha) {
                alphas.put(pattern, shape.alpha());
            }
        });
        return new PeftConfig(baseModel, loraRank, alpha, dropout, variant, ranks, alphas);
    }

    /** The file's content. */
    JsonObject toJson(TargetModules targets) {
        JsonObject json = new JsonObject();
        json.addProperty("peft_type", "LORA");
        json.add("task_type", JsonNull.INSTANCE);
        json.addProperty("base_model_name_or_path", baseModel);
        json.addProperty("inference_mode", true);
        json.addProperty("r", loraRank);
        json.addProperty("lora_alpha", plain(alpha));
        json.addProperty("lora_dropout", dropout);
        json.addProperty("use_rslora", variant.rankStabilised());
        json.addProperty("use_dora", variant.dora());
        json.addProperty("bias", "none");
        json.addProperty("fan_in_fan_out", false);
        json.addProperty("init_lora_weights", true);
        json.add("modules_to_save", JsonNull.INSTANCE);
        json.add("target_modules", targets.toJson());
        json.add("rank_pattern", pattern(rankPattern));
        json.add("alpha_pattern", pattern(alphaPattern));
        return json;
    }

    private static JsonObject pattern(Map<String, ? extends Number> values) {
        JsonObject json = new JsonObject();
        new java.util.TreeMap<>(values).forEach((key, value) -> json.addProperty(key, plain(value.doubleValue())));
        return json;
    }

    /** Whole numbers without a fraction: PEFT declares {@code lora_alpha} an integer. */
    private static Number plain(double value) {
        return value == Math.rint(value) ? BigDecimal.valueOf((long) value) : BigDecimal.valueOf(value);
    }
}
