// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.nn.Block.Weights;
import dev.vireo.tensor.Precision;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The forward pass against transformers 5.23 in float32, on tiny random checkpoints. */
@Tag("gpu")
class ForwardParityTest {
    @ParameterizedTest
    @MethodSource("dev.vireo.model.Golden#names")
    void logitsEqualThoseOfTransformers(String name) {
        Golden golden = Golden.of(name);
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            GoldenScores.assertLogits(model, golden, "logits.safetensors", Weights.BASE);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.vireo.model.Golden#names")
    void answersScoreAsInTransformersThoughThePrefixIsShared(String name) {
        Golden golden = Golden.of(name);
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            GoldenScores.assertLogProbs(model, golden, "logps.json", Weights.BASE);
        }
    }
}
