// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.objective.Objective.Input;
import dev.vireo.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Losses of crafted log-probabilities: no model. A row has two answers, either of which may have no token. */
final class CraftedLosses {
    /**
     * What a loss made of the rows.
     *
     * @param gradient with respect to each token's log-probability, row by row, chosen before rejected
     */
    record Result(double loss, float[] gradient, Map<String, Double> metrics) {}

    /** Log-probabilities of the answers' tokens, chosen and rejected in turn. */
    private final List<float[]> policy;

    private final List<float[]> reference;
    private final List<float[]> collisions;

    CraftedLosses(List<float[]> policy, List<float[]> reference, List<float[]> collisions) {
        this.policy = policy;
        this.reference = reference;
        this.collisions = collisions;
    }

    /** Pairs whose answers are one token each. */
    static CraftedLosses ofPairs(float[][] policy, float[][] reference) {
        List<float[]> tokens = new ArrayList<>();
        List<float[]> references = new ArrayList<>();
        for (int row = 0; row < policy.length; row++) {
            for (int answer = 0; answer < 2; answer++) {
                tokens.add(new float[] {policy[row][answer]});
                references.add(new float[] {reference[row][answer]});
            }
        }
        return new CraftedLosses(tokens, references, tokens);
    }

    static JsonObject golden() {
        try {
            return JsonParser.parseString(Files.readString(Path.of("src/test/resources/golden/losses.json")))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static float[] floats(JsonArray values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).getAsFloat();
        }
        return floats;
    }

    /** @param kl KTO's point of reference, nats */
    Result of(Objective objective, double kl) {
        try (Tensors tensors = new Tensors(Device.cpu());
                LossBlock block = new LossBlock(objective, tensors);
                NDManager scope = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDList inputs = inputs(scope, objective, kl);
            MetricSums sums = MetricSums.zero(objective.metrics());
            double loss = block.evaluate(scope, inputs, sums);
            return new Result(loss, block.gradient(scope, inputs).toFloatArray(), sums.means());
        }
    }

    private NDList inputs(NDManager scope, Objective objective, double kl) {
        int rows = policy.size() / 2;
        int tokens = policy.stream().mapToInt(each -> each.length).sum();
        long[] answer = new long[tokens];
        float[] nll = new float[tokens];
        float[] weights = new float[tokens];
        float[] counts = new float[2 * rows];
        float[] sums = new float[2 * rows];
        int at = 0;
        for (int i = 0; i < 2 * rows; i++) {
            counts[i] = policy.get(i).length;
            int shared = Math.min(policy.get(i).length, policy.get(i ^ 1).length);
            for (int token = 0; token < policy.get(i).length; token++, at++) {
                answer[at] = i;
                nll[at] = i % 2 == 0 ? 1 : 0;
                weights[at] = token < shared ? 1 : (float) objective.lengthAlpha();
                sums[i] += weights[at] * reference.get(i)[token];
            }
        }
        long answers = policy.stream().filter(each -> each.length > 0).count();
        float nllTokens = 0;
        for (float each : nll) {
            nllTokens += each;
        }
        NDList inputs = new NDList(
                scope.create(joined(policy)),
                scope.create(answer),
                scope.create(counts),
                scope.create(nll),
                scope.create(new float[] {rows, nllTokens, answers}));
        for (Input input : objective.inputs()) {
            inputs.add(
                    switch (input) {
                        case REFERENCE -> scope.create(sums, new Shape(rows, 2));
                        case TOKEN_WEIGHTS -> scope.create(weights);
                        case COLLISIONS -> scope.create(joined(collisions));
                        case ANCHOR -> scope.create((float) kl);
                    });
        }
        return inputs;
    }

    static float[] joined(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(each -> each.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
