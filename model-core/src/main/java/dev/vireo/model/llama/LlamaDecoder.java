// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.llama;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.TextDecoder;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.DecoderShape;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds the decoder of Llama, Mistral (optional sliding window) and Qwen2 (biases of queries, keys and values): grouped
 * heads, rotary positions. Source: transformers 5.23, models/llama, models/mistral, models/qwen2.
 */
public final class LlamaDecoder {
    private static final String PREFIX = "model.language_model.";
    private static final String QWEN2 = "qwen2";

    private final ModelConfig config;
    private final ModelDevice device;
    private final WeightSource weights;

    private LlamaDecoder(ModelConfig config, ModelDevice device, WeightSource weights) {
        this.config = config;
        this.device = device;
        this.weights = weights;
    }

    /**
     * The decoder that {@code text_config} describes.
     *
     * @throws RuntimeException naming a setting that would change the mathematics in a way that is not built
     */
    public static TextDecoder build(ModelConfig config, ModelDevice device, WeightSource weights) {
        config.requireOneOf("text_config.model_type", "llama", "mistral", QWEN2);
        config.requireOneOf("text_config.hidden_act", "silu");
        config.requireOneOf("text_config.rope_parameters.rope_type", "default");
        for (String different : List.of("attention_bias", "mlp_bias", "use_sliding_window")) {
            config.requireOneOf("text_config." + different, false);
        }
        return new LlamaDecoder(config, device, weights).build(window(config));
    }

    /** Mistral's; Qwen2 mentions one that it does not use. */
    private static int window(ModelConfig config) {
        boolean mistral = config.text("text_config.model_type").equals("mistral");
        return mistral ? config.optionalInteger("text_config.sliding_window").orElse(0) : 0;
    }

    private TextDecoder build(int window) {
        int width = config.integer("text_config.hidden_size");
        int heads = config.integer("text_config.num_attention_heads");
        int keyValueHeads = config.integer("text_config.num_key_value_heads");
        int headWidth = config.optionalInteger("text_config.head_dim").orElse(width / heads);
        int vocabulary = config.integer("text_config.vocab_size");
        double eps = config.number("text_config.rms_norm_eps");
        var shape = new DecoderShape(
                width, heads, keyValueHeads, headWidth, config.integer("text_config.intermediate_size"), window, eps);
        var blocks = device.blocks();
        String table = PREFIX + "embed_tokens";
        Block embedding = blocks.embedding(table, parameters().weight(table + ".weight", vocabulary, width), width);
        List<Block> layers = new ArrayList<>();
        for (int layer = 0; layer < config.integer("text_config.num_hidden_layers"); layer++) {
            String name = PREFIX + "layers." + layer;
            layers.add(blocks.decoderLayer(name, layer(name, shape), shape));
        }
        String output = tied() ? table : "lm_head";
        Block head = blocks.head(
                "lm_head",
                parameters().weight(PREFIX + "norm.weight", width).linear(output, width, vocabulary),
                vocabulary,
                eps);
        var rotary = blocks.rotary(headWidth, config.number("text_config.rope_parameters.rope_theta"));
        return new TextDecoder(embedding, rotary, layers, head, width, keyValueHeads, headWidth, vocabulary, window);
    }

    private boolean tied() {
        return config.has("tie_word_embeddings") && config.flag("tie_word_embeddings");
    }

    private BlockParameters layer(String name, DecoderShape shape) {
        int queries = shape.heads() * shape.headWidth();
        int keys = shape.keyValueHeads() * shape.headWidth();
        BlockParameters layer = parameters().weight(name + ".input_layernorm.weight", shape.width());
        if (config.text("text_config.model_type").equals(QWEN2)) {
            layer.biasedLinear(name + ".self_attn.q_proj", shape.width(), queries)
                    .biasedLinear(name + ".self_attn.k_proj", shape.width(), keys)
                    .biasedLinear(name + ".self_attn.v_proj", shape.width(), keys);
        } else {
            layer.linear(name + ".self_attn.q_proj", shape.width(), queries)
                    .linear(name + ".self_attn.k_proj", shape.width(), keys)
                    .linear(name + ".self_attn.v_proj", shape.width(), keys);
        }
        return layer.linear(name + ".self_attn.o_proj", queries, shape.width())
                .weight(name + ".post_attention_layernorm.weight", shape.width())
                .linear(name + ".mlp.gate_proj", shape.width(), shape.feedForward())
                .linear(name + ".mlp.up_proj", shape.width(), shape.feedForward())
                .linear(name + ".mlp.down_proj", shape.feedForward(), shape.width());
    }

    private BlockParameters parameters() {
        return new BlockParameters(device.manager(), weights);
    }
}
