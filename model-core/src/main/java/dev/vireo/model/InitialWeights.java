// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.SafetensorsWriter;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.WeightNames;
import dev.vireo.nn.Parameter;
import dev.vireo.nn.WeightSource;
import dev.vireo.tensor.Precision;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Weights for a model that is trained from nothing. Norms begin as the identity, biases at 0, tables (of tokens, of
 * positions) with a standard deviation of one half, so that they count beside what they are added to, every matrix with
 * one over the square root of its inputs, and half of that where it writes into the residual stream.
 */
public final class InitialWeights {
    private static final double TABLE_DEVIATION = 0.5;

    private InitialWeights() {}

    /**
     * Writes {@code model.safetensors} in bfloat16 where the configuration's {@code dtype} says so, else in float32; the same
     * bytes for the same seed.
     *
     * @param config decides names and shapes
     * @param output the model directory
     */
    public static void write(ModelFamily family, ModelConfig config, PixelScale pixels, Path output, long seed) {
        WeightNames names = WeightNames.of(config.modelType());
        StoredType type = config.optionalText("dtype").orElse("").equals("bfloat16") ? StoredType.BF16 : StoredType.F32;
        Map<String, HostTensor> tensors = new TreeMap<>();
        try (ModelDevice device = ModelDevice.on(Device.cpu(), Precision.FP32)) {
            WeightSource source = (name, shape) -> {
                tensors.put(
                        names.saved(name).orElse(name),
                        tensor(name, shape, seed).as(type));
                return Parameter.frozen(name, device.manager().zeros(new Shape(shape)));
            };
            family.vision(config, pixels, device, source);
            family.text(config, device, source);
            family.takeUnused(config, device, source);
        }
        SafetensorsWriter.write(output.resolve("model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
    }

    private static HostTensor tensor(String name, long[] shape, long seed) {
        int size = Math.toIntExact(new Shape(shape).size());
        float[] values = new float[size];
        boolean norm = name.matches(".*(norm|layrnorm)\\d?\\.weight");
        double deviation = name.endsWith(".bias") || norm ? 0 : deviation(name, size, shape[0]);
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + name.hashCode());
        for (int i = 0; i < size; i++) {
            values[i] = (float) ((norm ? 1 : 0) + deviation * random.nextGaussian());
        }
        return HostTensor.ofFloats(values, shape);
    }

    private static double deviation(String name, int size, long outputs) {
        boolean table = name.contains("embed_tokens") || name.contains("_embedding") && !name.contains("patch");
        boolean residual = name.matches(".*\\.(o_proj|out_proj|down_proj|fc2)\\.weight");
        return table ? TABLE_DEVIATION : (residual ? 0.5 : 1) * Math.sqrt((double) outputs / size);
    }
}
