// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.llama;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.TextDecoder;
import dev.vireo.nn.Activation;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.DecoderShape;
import dev.vireo.nn.DecoderShape.Prefix;
import dev.vireo.nn.RmsNorm;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Builds the decoder of Llama (optional biases), Mistral (optional sliding window), Qwen2 (biases of queries, keys and values)
 * and Gemma (scaled embeddings, norms around 1, another activation): grouped heads, rotary positions. Source: transformers 5.23,
 * models/llama, models/mistral, models/qwen2, models/gemma.
 */
public final class LlamaDecoder {
    private static final String LANGUAGE_MODEL = "model.language_model.";
    private static final String LLAMA = "llama";
    private static final String MISTRAL = "mistral";
    private static final String QWEN2 = "qwen2";
    private static final String GEMMA = "gemma";

    private final ModelConfig config;
    private final ModelDevice device;
    private final WeightSource weights;
    private final String names;

    private LlamaDecoder(ModelConfig config, ModelDevice device, WeightSource weights, String names) {
        this.config = config;
        this.device = device;
        this.weights = weights;
        this.names = names;
    }

    /**
     * The decoder that {@code text_config} describes.
     *
     * @throws RuntimeException naming a setting that would change the mathematics in a way that is not built
     */
    public static TextDecoder build(ModelConfig config, ModelDevice device, WeightSource weights) {
        return build(config, device, weights, LANGUAGE_MODEL, Prefix.CAUSAL);
    }

    /** The same, with prompts whose tokens see each other as said. */
    public static TextDecoder build(ModelConfig config, ModelDevice device, WeightSource weights, Prefix prefix) {
        return build(config, device, weights, LANGUAGE_MODEL, prefix);
    }

    /**
     * The same.
     *
     * @param names what the names of its weights begin with, the dot included; {@code lm_head} has no such beginning
     */
    public static TextDecoder build(
            ModelConfig config, ModelDevice device, WeightSource weights, String names, Prefix prefix) {
        config.requireOneOf("text_config.model_type", LLAMA, MISTRAL, QWEN2, GEMMA);
        config.requireOneOf("text_config.use_sliding_window", false);
        return new LlamaDecoder(config, device, weights, names).build(prefix);
    }

    private boolean is(String type) {
        return config.text("text_config.model_type").equals(type);
    }

    /** Mistral's; Qwen2 mentions one that it does not use. */
    private int window() {
        return is(MISTRAL)
                ? config.optionalInteger("text_config.sliding_window").orElse(0)
                : 0;
    }

    /** Gemma's first files say {@code gelu} and mean its approximation. */
    private Activation activation() {
        config.requireOneOf("text_config.hidden_activation", Activation.GELU_TANH.label());
        if (is(GEMMA)) {
            config.requireOneOf("text_config.hidden_act", Activation.GELU_TANH.label(), Activation.GELU.label());
            return Activation.GELU_TANH;
        }
        return Activation.of(config.text("text_config.hidden_act"));
    }

    private TextDecoder build(Prefix prefix) {
        int width = config.integer("text_config.hidden_size");
        int heads = config.integer("text_config.num_attention_heads");
        int keyValueHeads = config.integer("text_config.num_key_value_heads");
        int headWidth = config.optionalInteger("text_config.head_dim").orElse(width / heads);
        int vocabulary = config.integer("text_config.vocab_size");
        var norm = new RmsNorm(config.number("text_config.rms_norm_eps"), is(GEMMA) ? 1 : 0);
        int feedForward = config.integer("text_config.intermediate_size");
        int window = window();
        var shape = new DecoderShape(
                width, heads, keyValueHeads, headWidth, feedForward, window, prefix, norm, activation());
        var blocks = device.blocks();
        String table = names + "embed_tokens";
        Block embedding = blocks.embedding(
                table,
                parameters().weight(table + ".weight", vocabulary, width),
                width,
                is(GEMMA) ? Math.sqrt(width) : 1);
        List<Block> layers = new ArrayList<>();
        for (int layer = 0; layer < config.integer("text_config.num_hidden_layers"); layer++) {
            String name = names + "layers." + layer;
            layers.add(blocks.decoderLayer(name, layer(name, shape), shape));
        }
        String output = tied() ? table : "lm_head";
        Block head = blocks.head(
                "lm_head",
                parameters().weight(names + "norm.weight", width).linear(output, width, vocabulary),
                vocabulary,
                norm);
        var rotary = blocks.rotary(RotaryScaling.of(config, headWidth));
        return new TextDecoder(embedding, rotary, layers, head, width, keyValueHeads, headWidth, vocabulary, window);
    }

    private boolean tied() {
        return config.has("tie_word_embeddings") && config.flag("tie_word_embeddings");
    }

    private BlockParameters layer(String name, DecoderShape shape) {
        int queries = shape.heads() * shape.headWidth();
        int keys = shape.keyValueHeads() * shape.headWidth();
        BlockParameters layer = parameters().weight(name + ".input_layernorm.weight", shape.width());
        boolean attention = hasBias("attention_bias", LLAMA, GEMMA);
        boolean seen = attention || is(QWEN2);
        boolean mlp = hasBias("mlp_bias", LLAMA);
        return layer.linear(name + ".self_attn.q_proj", shape.width(), queries, seen)
                .linear(name + ".self_attn.k_proj", shape.width(), keys, seen)
                .linear(name + ".self_attn.v_proj", shape.width(), keys, seen)
                .linear(name + ".self_attn.o_proj", queries, shape.width(), attention)
                .weight(name + ".post_attention_layernorm.weight", shape.width())
                .linear(name + ".mlp.gate_proj", shape.width(), shape.feedForward(), mlp)
                .linear(name + ".mlp.up_proj", shape.width(), shape.feedForward(), mlp)
                .linear(name + ".mlp.down_proj", shape.feedForward(), shape.width(), mlp);
    }

    /** Whether a setting is on that only these language models have; the others pass over it. */
    private boolean hasBias(String setting, String... types) {
        String path = "text_config." + setting;
        return Arrays.stream(types).anyMatch(this::is) && config.has(path) && config.flag(path);
    }

    private BlockParameters parameters() {
        return new BlockParameters(device.manager(), weights);
    }
}
