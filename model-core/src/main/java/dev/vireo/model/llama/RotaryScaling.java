// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.llama;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.nn.RotaryShape;

/**
 * Reads {@code rope_parameters}, how a language model turns queries and keys by their positions. Source: transformers 5.23,
 * modeling_rope_utils.py.
 */
final class RotaryScaling {
    private static final String ROPE = "text_config.rope_parameters.";
    private static final String DEFAULT = "default";
    private static final String LINEAR = "linear";
    private static final String LLAMA3 = "llama3";

    private RotaryScaling() {}

    /**
     * The rotation of heads of {@code headWidth}.
     *
     * @throws dev.vireo.checkpoint.CheckpointMismatchException naming a kind whose angles depend on more than the position
     */
    static RotaryShape of(ModelConfig config, int headWidth) {
        config.requireOneOf(ROPE + "rope_type", DEFAULT, LINEAR, LLAMA3);
        config.requireOneOf(ROPE + "partial_rotary_factor", 1);
        double theta = config.number(ROPE + "rope_theta");
        return switch (config.text(ROPE + "rope_type")) {
            case LINEAR -> RotaryShape.linear(headWidth, theta, config.number(ROPE + "factor"));
            case LLAMA3 ->
                new RotaryShape(
                        headWidth,
                        theta,
                        config.number(ROPE + "factor"),
                        config.number(ROPE + "low_freq_factor"),
                        config.number(ROPE + "high_freq_factor"),
                        config.integer(ROPE + "original_max_position_embeddings"));
            default -> RotaryShape.linear(headWidth, theta, 1);
        };
    }
}
