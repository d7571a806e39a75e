// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.vireo.TestDevice;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gradients that {@code Linear.py} writes out are those that autograd finds. */
class LinearGradientTest {
    private static final int TOKENS = 7;
    private static final int IN = 6;
    private static final int OUT = 5;
    private static final int RANK = 3;

    /** The parts of a module that train, by their places: W 0, b 1, A 2, B 3, M 5. */
    @ParameterizedTest(name = "bias {0}, adapter {1}, dropout {2}, magnitude {3}, further {4}: {5}")
    @CsvSource({
        "false, false, false, false, false, ''",
        "true,  false, false, false, true,  ''",
        "false, false, false, false, false, 0",
        "true,  false, false, false, true,  01",
        "false, true,  false, false, false, 23",
        "true,  true,  false, false, true,  23",
        "true,  true,  false, false, false, 123",
        "false, true,  true,  false, true,  23",
        "true,  true,  true,  false, false, 23",
        "false, true,  false, true,  true,  235",
        "true,  true,  false, true,  false, 1235",
        "false, true,  true,  true,  true,  235",
        "true,  true,  true,  true,  false, 1235",
        "true,  true,  true,  true,  true,  5",
    })
    void equalsAutograd(
            boolean bias, boolean adapter, boolean dropout, boolean magnitude, boolean further, String trained) {
        try (NDManager scope = NDManager.newBaseManager(TestDevice.get(), "PyTorch");
                Script script = Script.load(TestDevice.get(), Block.class, Map.of(), "Linear.py", "LinearProbe.py")) {
            scope.getEngine().setRandomSeed(5);
            NDList parameters = parameters(scope, bias, adapter, dropout, magnitude);
            NDArray x = scope.randomNormal(new Shape(TOKENS, IN));
            NDArray g = scope.randomNormal(new Shape(TOKENS, OUT));
            NDArray before = further ? scope.randomNormal(new Shape(TOKENS, IN)) : Block.absent(scope);
            NDList inputs = new NDList(x, g, wants(scope, trained), before);
            NDList recorded = script.callRecording(scope, "recorded", inputs, parameters);
            NDList written = script.call(scope, "written", inputs, parameters);
            assertThat(written).hasSameSizeAs(recorded).hasSize(1 + trained.length());
            for (int i = 0; i < written.size(); i++) {
                assertThat(written.get(i).getShape()).isEqualTo(recorded.get(i).getShape());
                assertThat(written.get(i).toFloatArray())
                        .as("gradient %d", i)
                        .containsExactly(recorded.get(i).toFloatArray(), within(2e-5f));
            }
        }
    }

    private static NDArray wants(NDManager scope, String trained) {
        long[] wants = new long[1 + LinearModule.PLACES];
        wants[0] = 1;
        trained.chars().forEach(place -> wants[1 + place - '0'] = 1);
        return Tensors.host(scope, wants);
    }

    private static NDList parameters(
            NDManager scope, boolean bias, boolean adapter, boolean dropout, boolean magnitude) {
        NDList parameters = new NDList();
        parameters.add(scope.randomNormal(new Shape(OUT, IN)));
        parameters.add(bias ? scope.randomNormal(new Shape(OUT)) : Block.absent(scope));
        parameters.add(adapter ? scope.randomNormal(new Shape(RANK, IN)) : Block.absent(scope));
        parameters.add(adapter ? scope.randomNormal(new Shape(OUT, RANK)) : Block.absent(scope));
        float[] settings = dropout ? new float[] {0.5f, 0.4f, 12, 34} : new float[] {0.5f};
        parameters.add(adapter ? scope.create(settings) : Block.absent(scope));
        parameters.add(magnitude ? scope.randomUniform(1, 3, new Shape(OUT), DataType.FLOAT32) : Block.absent(scope));
        parameters.add(Block.absent(scope));
        parameters.add(Block.absent(scope));
        return parameters;
    }
}
