// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.TestDevice;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;

/** Loads golden checkpoints. */
public final class GoldenModels {
    private GoldenModels() {}

    public static VisionLanguageModel load(Golden golden, Precision precision) {
        return loader(golden).frozen(TestDevice.get(), precision);
    }

    public static ModelLoader loader(Golden golden) {
        return PretrainedModel.open(golden.model()).loader();
    }
}
