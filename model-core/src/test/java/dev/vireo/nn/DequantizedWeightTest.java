// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.quantization.QuantizedWeight;
import dev.vireo.tensor.ElementType;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code weight} of {@code Linear.py} against bitsandbytes' dequantization, bit for bit. */
class DequantizedWeightTest {
    private static final Path ROOT = Path.of("src/test/resources/golden");

    private static float[] dequantized(
            QuantizedWeight made, long rows, long columns, Precision precision, boolean nested) {
        Device cpu = Device.cpu();
        try (Tensors tensors = new Tensors(cpu);
                NDManager scope = NDManager.newBaseManager(cpu, "PyTorch");
                Script script = Script.load(
                        cpu, Tensors.class, Map.of(), "/dev/vireo/nn/Linear.py", "/scripts/DequantizedWeight.py")) {
            var p = new NDList();
            for (int place = 0; place < 8; place++) {
                p.add(scope.zeros(new Shape(0)));
            }
            p.set(
                    0,
                    made.codesPerByte() == 1
                            ? tensors.view(scope, made.codes(), ElementType.INT8, rows, columns)
                            : tensors.view(
                                    scope,
                                    made.codes(),
                                    ElementType.UINT8,
                                    made.codes().remaining()));
            byte[] codes = made.scales().codes();
            p.set(
                    6,
                    nested
                            ? tensors.view(scope, direct(codes), ElementType.UINT8, codes.length)
                            : scope.create(made.scales().values()));
            if (made.codesPerByte() == 2) {
                p.set(7, scope.create(made.tables().values()));
            }
            NDArray x = tensors.cast(scope, scope.zeros(new Shape(1, columns)), precision);
            NDArray weight = script.call(scope, "weight", new NDList(x), p).get(0);
            assertThat(weight.getShape()).isEqualTo(new Shape(rows, columns));
            return tensors.float32(scope, weight).toFloatArray();
        }
    }

    private static void assertEqual(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        int different = Arrays.mismatch(actual, expected);
        assertThat(different)
                .as(() -> "element " + different + " is " + actual[different] + ", expected " + expected[different])
                .isNegative();
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    @ParameterizedTest
    @CsvSource({
        "bf16.linear, llavanext-bf16-sharded, NF4, nf4, BF16",
        "bf16.linear, llavanext-bf16-sharded, INT8, int8, FP32",
        "fp32.rest, llava15-tiny, NF4, nf4, FP32",
        "fp32.rest, llava15-tiny, INT8, int8, FP32"
    })
    void valuesAreThoseOfBitsAndBytes(
            String label, String checkpoint, BaseFormat format, String form, Precision precision) {
        String name = "model.language_model.layers.0.self_attn.q_proj.weight";
        SafetensorsFile golden = SafetensorsFile.open(ROOT.resolve("quantized.safetensors"));
        TensorInfo info = golden.tensors().get(label + "." + form + ".values");
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        float[] expected =
                HostTensor.of(info.type(), shape, golden.bytes(info.name())).toFloats();
        try (Checkpoint stored = Checkpoint.open(ROOT.resolve(checkpoint).resolve("model"))) {
            QuantizedWeight made = format.quantizer().quantize(stored.reader(name)::next, shape[0], shape[1]);
            assertEqual(dequantized(made, shape[0], shape[1], precision, false), expected);
        }
    }

    /** A weight of several pieces (524 288 elements each) with a rest, whose scales are quantized, against the definition. */
    @Test
    void valuesOfALargeDoublyQuantizedWeightAreThoseOfItsTables() {
        int rows = 1201;
        int columns = 990;
        var random = new java.util.Random(1);
        QuantizedWeight made = BaseFormat.NF4_DOUBLE
                .quantizer()
                .quantize(
                        (target, count) -> {
                            for (int i = 0; i < count; i++) {
                                target[i] = (float) random.nextGaussian();
                            }
                        },
                        rows,
                        columns);
        float[] tables = made.tables().values();
        byte[] scales = made.scales().codes();
        float[] expected = new float[rows * columns];
        ByteBuffer codes = made.codes().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < expected.length; i++) {
            int block = i / 64;
            float scale = tables[512 + (scales[block] & 0xff)] * tables[769 + block / 256] + tables[768];
            expected[i] = tables[2 * (codes.get(i / 2) & 0xff) + i % 2] * scale;
        }
        assertEqual(dequantized(made, rows, columns, Precision.FP32, true), expected);
    }
}
