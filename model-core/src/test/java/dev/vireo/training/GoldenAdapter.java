// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.adapter.LoraAdapter;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.model.Golden;
import dev.vireo.model.VisionLanguageModel;

/** Attaches a stored adapter for training. */
final class GoldenAdapter {
    private GoldenAdapter() {}

    static LoraAdapter attach(Golden golden, VisionLanguageModel model, String name) {
        PeftAdapter stored = PeftAdapter.read(golden.path("adapters/" + name + "/adapter"));
        return LoraAdapter.attach(model.adapterHost(), stored, LoraAdapter.Use.TRAINED);
    }
}
