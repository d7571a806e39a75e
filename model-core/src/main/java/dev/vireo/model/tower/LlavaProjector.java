// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tower;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.nn.Activation;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.WeightSource;

/** Builds the two linears between the tower and the language model, which the LLaVA families share. */
public final class LlavaProjector {
    private static final String PREFIX = "model.multi_modal_projector";
    private static final String BIAS = "multimodal_projector_bias";

    private LlavaProjector() {}

    /** From the tower's [B, S, D] to [B, P, D of the language model]; drops the class token if the configuration says so. */
    public static Block build(ModelConfig config, ModelDevice device, WeightSource weights) {
        config.requireOneOf("vision_feature_select_strategy", "default", "full");
        int width = config.integer("vision_config.hidden_size");
        int textWidth = config.integer("text_config.hidden_size");
        boolean biased = !config.has(BIAS) || config.flag(BIAS);
        var parameters = new BlockParameters(device.manager(), weights)
                .linear(PREFIX + ".linear_1", width, textWidth, biased)
                .linear(PREFIX + ".linear_2", textWidth, textWidth, biased)
                .none()
                .none();
        var activation = Activation.of(config.text("projector_hidden_act"));
        return device.blocks().projector(PREFIX, parameters, dropped(config), activation, 0, textWidth);
    }

    /** Outputs of the tower, from the first on, that the model leaves out; none where the family does not select. */
    public static int dropped(ModelConfig config) {
        return config.optionalText("vision_feature_select_strategy")
                        .orElse("full")
                        .equals("default")
                ? 1
                : 0;
    }
}
