// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import dev.vireo.adapter.AdapterHost;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.StoredModules;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.checkpoint.WeightNames;
import dev.vireo.nn.Parameter;
import dev.vireo.nn.WeightSource;
import dev.vireo.tensor.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a model is made of, known from its {@code config.json} alone: blocks without weights. Owns what its blocks hold.
 */
public final class ModelSurvey implements AutoCloseable {
    private static final PixelScale NO_PIXELS = new PixelScale(1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

    private final ModelDevice device;
    private final ModelBlocks parts;
    private final List<TensorInfo> used;
    private final List<TensorInfo> unused;

    private ModelSurvey(ModelDevice device, ModelBlocks parts, List<TensorInfo> used, List<TensorInfo> unused) {
        this.device = device;
        this.parts = parts;
        this.used = List.copyOf(used);
        this.unused = List.copyOf(unused);
    }

    /** Surveys the model that a configuration describes. */
    public static ModelSurvey of(ModelFamily family, ModelConfig config) {
        StoredType type =
                switch (config.optionalText("dtype").orElse("")) {
                    case "bfloat16" -> StoredType.BF16;
                    case "float16" -> StoredType.F16;
                    default -> StoredType.F32;
                };
        ModelDevice device = ModelDevice.on(Device.cpu(), Precision.FP32);
        try {
            List<TensorInfo> taken = new ArrayList<>();
            WeightSource source = (name, shape) -> {
                taken.add(
                        new TensorInfo(name, type, Arrays.stream(shape).boxed().toList()));
                return Parameter.frozen(name, device.manager().zeros(new Shape(0)));
            };
            VisionEncoder vision = family.vision(config, NO_PIXELS, device, source);
            TextDecoder text = family.text(config, device, source);
            List<TensorInfo> used = taken.stream().distinct().toList();
            family.takeUnused(config, device, source);
            List<TensorInfo> unused =
                    taken.stream().distinct().skip(used.size()).toList();
            List<TensorInfo> idle = unused.stream()
                    .filter(info ->
                            info.name().endsWith(".weight") && info.shape().size() == 2)
                    .toList();
            var stored = new StoredModules(WeightNames.of(config.modelType()), idle);
            return new ModelSurvey(device, new ModelBlocks(vision, text, stored), used, unused);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /** The weights that the model computes with, by canonical name, in the type in which its files hold them. */
    public List<TensorInfo> used() {
        return used;
    }

    /** The weights that its files carry and nothing computes with. */
    public List<TensorInfo> unused() {
        return unused;
    }

    /** Its parts, whose parameters are empty. */
    public ModelBlocks parts() {
        return parts;
    }

    /** What an adapter would be attached to. */
    public AdapterHost adapterHost() {
        return new AdapterHost(parts.all(), parts.stored(), device.tensors(), device.precision());
    }

    @Override
    public void close() {
        device.close();
    }
}
