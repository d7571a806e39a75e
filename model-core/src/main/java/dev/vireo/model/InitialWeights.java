// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import static java.util.Objects.requireNonNull;

import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.checkpoint.WeightNames;
import dev.vireo.checkpoint.WeightShards;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Weights for a model that is trained from nothing. Norms begin as the identity, biases at 0, tables (of tokens, of
 * positions) with a standard deviation of one half, so that they count beside what they are added to, every matrix with
 * one over the square root of its inputs, and half of that where it writes into the residual stream.
 *
 * <p>Written block by block: a model of any size needs a few megabytes.
 */
public final class InitialWeights {
    private static final double TABLE_DEVIATION = 0.5;
    /** Weights of more elements draw from a source that is a function of the place alone, on all cores. */
    private static final long LARGE = 1 << 22;

    private static final int BLOCK = 1 << 22;
    private static final int PIECE = 1 << 16;
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private static final String LANGUAGE = "model.language_model.";

    private InitialWeights() {}

    /**
     * Writes {@code model.safetensors}, or several files with an index, in bfloat16 where the configuration's {@code dtype}
     * says so, else in float32; the same bytes for the same seed.
     *
     * @param config decides names and shapes
     * @param output the model directory
     */
    public static void write(ModelFamily family, ModelConfig config, Path output, long seed) {
        WeightNames names = WeightNames.of(config.modelType());
        Map<String, TensorInfo> canonical = new TreeMap<>();
        try (ModelSurvey survey = ModelSurvey.of(family, config)) {
            List<TensorInfo> all = new ArrayList<>(survey.used());
            all.addAll(survey.unused());
            all.forEach(info -> canonical.put(names.saved(info.name()).orElse(info.name()), info));
        }
        double ofLanguage = config.text("text_config.model_type").equals("gemma") ? 0 : 1;
        List<TensorInfo> stored = canonical.entrySet().stream()
                .map(entry -> new TensorInfo(
                        entry.getKey(),
                        entry.getValue().type() == StoredType.BF16 ? StoredType.BF16 : StoredType.F32,
                        entry.getValue().shape()))
                .toList();
        WeightShards.write(output, stored, (info, target) -> {
            String name = requireNonNull(canonical.get(info.name())).name();
            write(info.named(name), seed, name.startsWith(LANGUAGE) ? ofLanguage : 1, target);
        });
    }

    /** @param identity the weight of a norm that does nothing but normalise */
    private static void write(TensorInfo info, long seed, double identity, WeightShards.Target target)
            throws IOException {
        boolean norm = info.name().matches(".*(norm|layrnorm)\\d?\\.weight");
        double deviation = info.name().endsWith(".bias") || norm ? 0 : deviation(info);
        long start = seed * GOLDEN_GAMMA + info.name().hashCode();
        Random random = new Random(start);
        for (long at = 0; at < info.elements(); at += BLOCK) {
            float[] values = new float[(int) Math.min(BLOCK, info.elements() - at)];
            if (info.elements() > LARGE) {
                fill(values, at, start, deviation);
            } else {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) ((norm ? identity : 0) + deviation * random.nextGaussian());
                }
            }
            target.append(
                    HostTensor.ofFloats(values, values.length).as(info.type()).bytes());
        }
    }

    private static void fill(float[] values, long at, long start, double deviation) {
        IntStream.range(0, (values.length + PIECE - 1) / PIECE).parallel().forEach(piece -> {
            for (int i = piece * PIECE; i < Math.min(values.length, (piece + 1) * PIECE); i++) {
                values[i] = (float) (deviation * nearlyNormal(start + (at + i + 1) * GOLDEN_GAMMA));
            }
        });
    }

    /** The sum of four uniform numbers of 16 bits, which SplitMix64 (Steele et al. 2014) draws; mean 0, variance 1. */
    static double nearlyNormal(long state) {
        long z = (state ^ state >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        z = z ^ z >>> 31;
        long sum = (z & 0xffff) + (z >>> 16 & 0xffff) + (z >>> 32 & 0xffff) + (z >>> 48);
        return (sum - 2 * 65535) * Math.sqrt(3) / 65536;
    }

    private static double deviation(TensorInfo info) {
        String name = info.name();
        boolean table = name.contains("embed_tokens") || name.contains("_embedding") && !name.contains("patch");
        boolean residual = name.matches(".*\\.(o_proj|out_proj|down_proj|fc2)\\.weight");
        double outputs = info.shape().get(0);
        return table ? TABLE_DEVIATION : (residual ? 0.5 : 1) * Math.sqrt(outputs / info.elements());
    }
}
