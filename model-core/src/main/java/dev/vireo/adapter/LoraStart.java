// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

import static java.util.Objects.requireNonNull;

import ai.djl.ndarray.NDManager;
import dev.vireo.adapter.AdapterHost.Place;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.nn.WeightNorms;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The starting values of PEFT's LoRA: A is Kaiming-uniform with a = sqrt(5), that is uniform in
 * &plusmn;1/sqrt(in features), and B is zero. They are a function of the seed and the module's name.
 */
final class LoraStart {
    private LoraStart() {}

    static LoraPair of(LoraSettings settings, String module, TensorInfo weight, long seed) {
        int rank = settings.loraRank(module);
        long out = weight.shape().get(0);
        long in = weight.shape().get(1);
        float[] a = new float[Math.toIntExact(Math.multiplyExact(rank, in))];
        SplittableRandom random = new SplittableRandom(seedOf(module, seed));
        double bound = 1 / Math.sqrt(in);
        for (int i = 0; i < a.length; i++) {
            a[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        float[] b = new float[Math.toIntExact(Math.multiplyExact(rank, out))];
        return new LoraPair(
                HostTensor.ofFloats(a, rank, in), HostTensor.ofFloats(b, out, rank), settings.alpha(module));
    }

    /** Gives each pair the lengths of its weight's rows, as B is zero, and takes out modules that no block computes. */
    static void addMagnitudes(AdapterHost host, Map<String, LoraPair> pairs) {
        Map<String, Place> places = host.places();
        pairs.keySet().retainAll(places.keySet());
        try (NDManager scope = NDManager.newBaseManager(host.tensors().device(), "PyTorch");
                WeightNorms norms = new WeightNorms(host.tensors().device())) {
            pairs.replaceAll((module, pair) -> {
                Place place = requireNonNull(places.get(module));
                float[] values = norms.of(scope, place.block(), place.module());
                return new LoraPair(pair.a(), pair.b(), pair.alpha(), HostTensor.ofFloats(values, values.length));
            });
        }
    }

    private static long seedOf(String module, long seed) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(module.getBytes(StandardCharsets.UTF_8));
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).flip());
            return ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Cannot find SHA-256, which every Java has", e);
        }
    }
}
