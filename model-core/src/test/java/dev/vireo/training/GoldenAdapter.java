// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.model.Golden;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block;
import dev.vireo.nn.LinearModule;
import dev.vireo.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Attaches a stored adapter of rank 4 and alpha 8 for training. */
final class GoldenAdapter {
    private static final double SCALE = 2;
    private static final String PREFIX = "base_model.model.";

    private GoldenAdapter() {}

    static List<Parameter> attach(Golden golden, VisionLanguageModel model, NDManager manager, String name) {
        String file = "adapters/" + name + "/adapter/adapter_model.safetensors";
        Set<String> keys = golden.tensors(file).keySet();
        List<Parameter> parameters = new ArrayList<>();
        for (Block block : model.blocks()) {
            for (LinearModule module : block.linears()) {
                if (keys.contains(PREFIX + module.name() + ".lora_A.weight")) {
                    Parameter a = read(golden, manager, file, module.name() + ".lora_A.weight");
                    Parameter b = read(golden, manager, file, module.name() + ".lora_B.weight");
                    block.attach(module, a, b, SCALE);
                    parameters.add(a);
                    parameters.add(b);
                }
            }
        }
        return parameters;
    }

    private static Parameter read(Golden golden, NDManager manager, String file, String name) {
        long[] shape = golden.tensors(file).get(PREFIX + name).shape().stream()
                .mapToLong(Long::longValue)
                .toArray();
        NDArray value = manager.create(golden.tensor(file, PREFIX + name), new Shape(shape));
        return Parameter.trainable(PREFIX + name, value, value);
    }
}
