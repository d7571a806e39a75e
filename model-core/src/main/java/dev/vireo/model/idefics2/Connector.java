// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.idefics2;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.tower.GridTower;
import dev.vireo.nn.Activation;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.PerceiverShape;
import dev.vireo.nn.WeightSource;
import java.util.List;

/** Builds what stands between the tower and the language model: a gated feed-forward, and the perceiver. */
final class Connector {
    private static final String PROJECTION = "model.connector.modality_projection";
    private static final String RESAMPLER = "model.connector.perceiver_resampler";

    private final ModelConfig config;
    private final ModelDevice device;
    private final WeightSource weights;
    private final int width;

    private Connector(ModelConfig config, ModelDevice device, WeightSource weights) {
        this.config = config;
        this.device = device;
        this.weights = weights;
        this.width = config.integer("text_config.hidden_size");
    }

    /** From the tower's [1, T, D] to the latents of each tile [n, L, D of the language model]. */
    static List<Block> build(ModelConfig config, ModelDevice device, WeightSource weights) {
        var connector = new Connector(config, device, weights);
        return List.of(connector.projection(), connector.resampler());
    }

    private Block projection() {
        int tower = config.integer("vision_config.hidden_size");
        int feedForward = config.integer("text_config.intermediate_size");
        var parameters = GridTower.lastNorm(new BlockParameters(device.manager(), weights), config)
                .linear(PROJECTION + ".gate_proj", tower, feedForward)
                .linear(PROJECTION + ".up_proj", tower, feedForward)
                .linear(PROJECTION + ".down_proj", feedForward, width);
        return device.blocks()
                .gatedProjector(
                        PROJECTION,
                        parameters,
                        feedForward,
                        Activation.of(config.text("text_config.hidden_act")),
                        config.number("vision_config.layer_norm_eps"));
    }

    private Block resampler() {
        PerceiverShape shape = shape();
        var parameters = new BlockParameters(device.manager(), weights)
                .weight(RESAMPLER + ".latents", shape.latents(), width)
                .weight(RESAMPLER + ".norm.weight", width);
        for (int layer = 0; layer < shape.depth(); layer++) {
            layer(parameters, RESAMPLER + ".layers." + layer, shape);
        }
        return device.blocks().perceiver(RESAMPLER, parameters, shape);
    }

    /** Where the perceiver's width is not the language model's, transformers takes the latter's width and eps. */
    private PerceiverShape shape() {
        boolean own = config.integer("perceiver_config.hidden_size") == width;
        return new PerceiverShape(
                width,
                config.integer("perceiver_config.resampler_n_latents"),
                config.integer("perceiver_config.resampler_depth"),
                config.integer("perceiver_config.resampler_n_heads"),
                config.integer("perceiver_config.num_key_value_heads"),
                config.integer("perceiver_config.resampler_head_dim"),
                Activation.of(config.text("perceiver_config.hidden_act")),
                config.number(own ? "perceiver_config.rms_norm_eps" : "text_config.rms_norm_eps"));
    }

    private void layer(BlockParameters parameters, String name, PerceiverShape shape) {
        int queries = shape.heads() * shape.headWidth();
        int keys = shape.keyValueHeads() * shape.headWidth();
        parameters
                .weight(name + ".input_latents_norm.weight", width)
                .weight(name + ".input_context_norm.weight", width)
                .linear(name + ".self_attn.q_proj", width, queries)
                .linear(name + ".self_attn.k_proj", width, keys)
                .linear(name + ".self_attn.v_proj", width, keys)
                .linear(name + ".self_attn.o_proj", queries, width)
                .weight(name + ".post_attention_layernorm.weight", width)
                .linear(name + ".mlp.gate_proj", width, shape.feedForward())
                .linear(name + ".mlp.up_proj", width, shape.feedForward())
                .linear(name + ".mlp.down_proj", shape.feedForward(), width);
    }
}
