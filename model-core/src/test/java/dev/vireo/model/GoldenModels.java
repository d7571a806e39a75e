// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.Device;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.llava.Llava;
import dev.vireo.model.llavanext.LlavaNext;
import dev.vireo.tensor.Precision;
import java.util.List;

/** Loads golden checkpoints. */
public final class GoldenModels {
    static final PixelScale CLIP = new PixelScale(
            1 / 255.0, List.of(0.48145466, 0.4578275, 0.40821073), List.of(0.26862954, 0.26130258, 0.27577711));
    private static final Families FAMILIES = new Families(List.of(new Llava(), new LlavaNext()));

    private GoldenModels() {}

    public static VisionLanguageModel load(Golden golden, Precision precision) {
        return loader(golden).frozen(Device.cpu(), precision);
    }

    public static ModelLoader loader(Golden golden) {
        String type = ModelConfig.read(golden.model()).modelType();
        return new ModelLoader(golden.model(), FAMILIES.of(type, golden.model().toString()), CLIP);
    }
}
