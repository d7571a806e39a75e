// SPDX-License-Identifier: Apache-2.0
package dev.vireo.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.SafetensorsFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Codes, scales and maps against those of bitsandbytes, bit for bit; tools/golden/quantized.py made them. */
class BitsAndBytesParityTest {
    private static final Path ROOT = Path.of("src/test/resources/golden");
    private static final SafetensorsFile GOLDEN = SafetensorsFile.open(ROOT.resolve("quantized.safetensors"));
    private static final String LANGUAGE = "model.language_model.";

    private static QuantizedWeight quantize(BaseFormat format, String checkpoint, String weight) {
        try (Checkpoint stored = Checkpoint.open(ROOT.resolve(checkpoint).resolve("model"))) {
            var shape = stored.info(LANGUAGE + weight).shape();
            return format.quantizer().quantize(stored.reader(LANGUAGE + weight)::next, shape.get(0), shape.get(1));
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static byte[] golden(String name) {
        return bytes(GOLDEN.bytes(name));
    }

    private static float[] goldenFloats(String name) {
        float[] values = new float[(int) GOLDEN.tensors().get(name).elements()];
        GOLDEN.bytes(name).asFloatBuffer().get(values);
        return values;
    }

    @ParameterizedTest
    @CsvSource({
        "bf16.table, llavanext-bf16-sharded, embed_tokens.weight",
        "bf16.linear, llavanext-bf16-sharded, layers.0.self_attn.q_proj.weight",
        "fp32.rest, llava15-tiny, layers.0.self_attn.q_proj.weight"
    })
    void nf4CodesAndScalesAreThoseOfBitsAndBytes(String label, String checkpoint, String weight) {
        QuantizedWeight made = quantize(BaseFormat.NF4, checkpoint, weight);
        assertThat(bytes(made.codes())).isEqualTo(golden(label + ".nf4.codes"));
        assertThat(made.scales().values()).isEqualTo(goldenFloats(label + ".nf4.absmax"));
    }

    /** The sum of bfloat16 scales is exact in float32 in any order, so the offset is the same on every machine. */
    @Test
    void doubleQuantizationOfScalesIsThatOfBitsAndBytes() {
        QuantizedWeight made = quantize(BaseFormat.NF4_DOUBLE, "llavanext-bf16-sharded", "embed_tokens.weight");
        assertThat(bytes(made.codes())).isEqualTo(golden("bf16.table.nf4.codes"));
        assertThat(made.scales().codes()).isEqualTo(golden("bf16.table.nested.absmax"));
        float[] tables = made.tables().values();
        assertThat(Arrays.copyOfRange(tables, 512, 768)).isEqualTo(goldenFloats("map"));
        assertThat(tables[768]).isEqualTo(goldenFloats("bf16.table.nested.offset")[0]);
        assertThat(Arrays.copyOfRange(tables, 769, tables.length))
                .isEqualTo(goldenFloats("bf16.table.nested.nested_absmax"));
    }

    @ParameterizedTest
    @CsvSource({
        "bf16.linear, llavanext-bf16-sharded, layers.0.self_attn.q_proj.weight",
        "fp32.rest, llava15-tiny, layers.0.self_attn.q_proj.weight"
    })
    void int8RowsAreThoseOfBitsAndBytes(String label, String checkpoint, String weight) {
        QuantizedWeight made = quantize(BaseFormat.INT8, checkpoint, weight);
        assertThat(bytes(made.codes())).isEqualTo(golden(label + ".int8.codes"));
        assertThat(made.scales().values()).isEqualTo(goldenFloats(label + ".int8.absmax"));
    }

    /** 20 001 numbers over [-1, 1], each bound, and its neighbours: the guess of a cell never misses. */
    @Test
    void codeIsThatOfTheNearestNumber() {
        float[] table = Arrays.copyOf(
                quantize(BaseFormat.NF4, "llava15-tiny", "layers.0.self_attn.q_proj.weight")
                        .tables()
                        .values(),
                32);
        float[] codes = new float[16];
        for (int i = 0; i < 16; i++) {
            codes[i] = table[2 * i + 1];
        }
        float[] bounds = Nearest.bounds(codes);
        for (int i = -10_000; i <= 10_000; i++) {
            assertThat(Nf4Quantizer.code(i / 10_000f)).isEqualTo(Nearest.index(bounds, i / 10_000f));
        }
        for (int i = 0; i < 15; i++) {
            assertThat(Nf4Quantizer.code(bounds[i])).isEqualTo(i);
            assertThat(Nf4Quantizer.code(Math.nextUp(bounds[i]))).isEqualTo(i + 1);
        }
    }

    @Test
    void blocksOfZerosStayZero() {
        for (BaseFormat format : new BaseFormat[] {BaseFormat.NF4, BaseFormat.INT8}) {
            QuantizedWeight made = format.quantizer().quantize((target, count) -> Arrays.fill(target, 0), 2, 64);
            assertThat(made.scales().values()).containsOnly(0);
            assertThat(bytes(made.codes())).containsOnly(format == BaseFormat.NF4 ? 0x77 : 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"NF4, 4.5", "NF4_DOUBLE, 4.127", "INT8, 8.008"})
    void bitsOfALargeWeightAreThoseOfTheForm(BaseFormat format, double bits) {
        assertThat(8.0 * format.bytes(14336, 4096, 2) / (14336 * 4096.0)).isBetween(bits - 0.001, bits + 0.001);
    }
}
