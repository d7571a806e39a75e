// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.paligemma;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.ImageProcessor;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.ModelFamily;
import dev.vireo.model.PixelScale;
import dev.vireo.model.TextDecoder;
import dev.vireo.model.VisionEncoder;
import dev.vireo.model.VisionTower;
import dev.vireo.model.llama.LlamaDecoder;
import dev.vireo.model.tiles.FlatPacking;
import dev.vireo.model.tiles.SingleTileImages;
import dev.vireo.model.tiles.TowerTile;
import dev.vireo.model.tower.SiglipTower;
import dev.vireo.nn.Activation;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.DecoderShape.Prefix;
import dev.vireo.nn.WeightSource;
import java.util.Optional;

/**
 * PaliGemma with Gemma 1; transformers 5.23, models/paligemma. Its positions begin at 1 there, which changes nothing: rotary
 * positions count by their differences.
 */
public final class Paligemma implements ModelFamily {
    private static final String PROJECTOR = "model.multi_modal_projector";
    private static final String NORM = "model.vision_tower.post_layernorm";

    /** The processor's layout: pictures, BOS, one question and a newline; then the answer and EOS. */
    private static final String TEMPLATE = "{% if messages[0]['role'] != 'user' or messages | length > 2 %}"
            + "{{ raise_exception('PaliGemma takes one question and one answer, without a system message') }}{% endif %}"
            + "{% for part in messages[0]['content'] %}{% if part['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}"
            + "{{ bos_token }}"
            + "{% for part in messages[0]['content'] %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}"
            + "{{ '\\n' }}"
            + "{% for turn in messages[1:] %}{{ turn['content'][0]['text'] + eos_token }}{% endfor %}";

    @Override
    public String modelType() {
        return "paligemma";
    }

    @Override
    public VisionTower tower(ModelConfig config) {
        return new SiglipTower();
    }

    @Override
    public VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        return VisionEncoder.of(
                tower(config).build(config, pixels, device, weights),
                projector(config, device, weights),
                new FlatPacking(device));
    }

    /** The tower's last norm and one linear. */
    private static Block projector(ModelConfig config, ModelDevice device, WeightSource weights) {
        int width = config.integer("vision_config.hidden_size");
        int textWidth = config.integer("text_config.hidden_size");
        config.requireOneOf("vision_config.projection_dim", textWidth);
        var parameters = new BlockParameters(device.manager(), weights)
                .biasedLinear(PROJECTOR + ".linear", width, textWidth)
                .noLinear()
                .weight(NORM + ".weight", width)
                .weight(NORM + ".bias", width);
        double eps = config.number("vision_config.layer_norm_eps");
        return device.blocks().projector(PROJECTOR, parameters, 0, Activation.GELU, eps, textWidth);
    }

    @Override
    public TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights) {
        config.requireOneOf("text_config.model_type", "gemma");
        config.requireOneOf("text_config.use_bidirectional_attention", true);
        if (imageTokenId(config) >= config.integer("text_config.vocab_size")) {
            throw new CheckpointMismatchException(
                    "Cannot build the model of " + config.source() + ": image_token_index is "
                            + imageTokenId(config) + ", but text_config.vocab_size is "
                            + config.integer("text_config.vocab_size"));
        }
        return LlamaDecoder.build(config, device, weights, prefix());
    }

    @Override
    public ImageProcessor images(ModelConfig config, ProcessorSettings settings) {
        settings.requireType("SiglipImageProcessor");
        return new SingleTileImages(TowerTile.of(config, tower(config), settings), settings);
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.of(TEMPLATE);
    }

    @Override
    public Prefix prefix() {
        return Prefix.BOTH_WAYS;
    }
}
