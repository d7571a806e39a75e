// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.TestDevice;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import dev.vireo.training.AdamWSettings.Moments;
import dev.vireo.training.FlatParameters.Masters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The optimizer's update against bitsandbytes and against a reference of the compensated sum, and what must not matter. */
@Tag("gpu")
class AdamWTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/optimizers");
    /** float32 rounding of another order of the same few operations. */
    private static final float ROUNDING = 2e-6f;

    private final Tensors tensors = new Tensors(TestDevice.get());
    private final NDManager manager = NDManager.newBaseManager(TestDevice.get(), "PyTorch");

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        manager.close();
        tensors.close();
    }

    /** Parameters with their optimizer and a gradient buffer. */
    private final class Trained implements AutoCloseable {
        final List<Parameter> parameters = new ArrayList<>();
        final FlatParameters flat;
        final List<AdamW> ranges = new ArrayList<>();
        final NDArray gradient;
        final List<NDArray> parts = new ArrayList<>();

        Trained(List<NDArray> start, Masters masters, AdamWSettings settings, long... cuts) {
            for (int i = 0; i < start.size(); i++) {
                String name = "base_model.model.x." + i + (i % 2 == 0 ? ".lora_A.weight" : ".lora_B.weight");
                parameters.add(parameter(name, start.get(i), masters));
            }
            flat = new FlatParameters(parameters, masters, tensors);
            long from = 0;
            for (long cut : cuts) {
                ranges.add(new AdamW(flat, from, cut, settings, tensors));
                from = cut;
            }
            ranges.add(new AdamW(flat, from, flat.elements(), settings, tensors));
            gradient = manager.zeros(new Shape(flat.elements()));
            for (int i = 0; i < parameters.size(); i++) {
                parts.add(flat.part(manager, gradient, i));
            }
        }

        void step(List<float[]> gradients, double rate) {
            for (int i = 0; i < parts.size(); i++) {
                NDArray values = manager.create(gradients.get(i), parts.get(i).getShape());
                tensors.assign(manager, parts.get(i), values);
            }
            ranges.forEach(range -> range.step(gradient, rate));
        }

        float[] weights(int i) {
            return tensors.float32(manager, parameters.get(i).master()).toFloatArray();
        }

        NDArray stored(String name) {
            return ranges.get(0).state(manager).get(name).value();
        }

        @Override
        public void close() {
            ranges.forEach(AdamW::close);
            flat.close();
        }
    }

    private Parameter parameter(String name, NDArray start, Masters masters) {
        return masters == Masters.SINGLE
                ? Parameter.trainable(name, start, start)
                : Parameter.narrow(name, tensors.copy(manager, tensors.cast(manager, start, Precision.BF16)));
    }

    private static float[] golden(String name) {
        SafetensorsFile file = SafetensorsFile.open(GOLDEN.resolve("steps.safetensors"));
        TensorInfo info = file.tensors().get(name);
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        return HostTensor.of(info.type(), shape, file.bytes(name)).toFloats();
    }

    private static byte[] codes(String name) {
        var bytes = SafetensorsFile.open(GOLDEN.resolve("steps.safetensors")).bytes(name);
        byte[] codes = new byte[bytes.remaining()];
        bytes.get(codes);
        return codes;
    }

    private List<NDArray> goldenStart() {
        List<NDArray> start = new ArrayList<>();
        long[][] shapes = {{3, 100}, {256}, {2, 300}};
        for (int i = 0; i < shapes.length; i++) {
            start.add(manager.create(golden("start." + i), new Shape(shapes[i])));
        }
        return start;
    }

    private Trained goldenRun(Masters masters, Moments moments) throws Exception {
        JsonObject given = JsonParser.parseString(Files.readString(GOLDEN.resolve("settings.json")))
                .getAsJsonObject();
        var settings = new AdamWSettings(
                        given.get("beta1").getAsDouble(),
                        given.get("beta2").getAsDouble(),
                        given.get("eps").getAsDouble(),
                        given.get("decay").getAsDouble(),
                        0)
                .with(1, moments);
        Trained trained = new Trained(goldenStart(), masters, settings);
        for (int step = 0; step < given.get("steps").getAsInt(); step++) {
            List<float[]> gradients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                gradients.add(golden("gradient." + step + "." + i));
            }
            trained.step(gradients, given.get("lr").getAsDouble());
        }
        return trained;
    }

    @Test
    void eightBitMomentsAndStepsAreThoseOfBitsandbytes() throws Exception {
        try (Trained trained = goldenRun(Masters.SINGLE, Moments.EIGHT_BIT)) {
            int other = 0;
            int all = 0;
            for (int i = 0; i < 3; i++) {
                assertThat(trained.weights(i)).containsExactly(golden("8bit." + i), within(20 * ROUNDING));
                String name = trained.parameters.get(i).name();
                for (int moment = 1; moment <= 2; moment++) {
                    String ours = (moment == 1 ? "m." : "v.") + name;
                    byte[] expected = codes("8bit." + i + ".state" + moment);
                    byte[] actual = tensors.bytes(manager, trained.stored(ours + ".codes"));
                    for (int k = 0; k < expected.length; k++) {
                        assertThat(Math.abs((expected[k] & 255) - (actual[k] & 255)))
                                .as(ours)
                                .isLessThanOrEqualTo(1);
                        other += expected[k] == actual[k] ? 0 : 1;
                        all++;
                    }
                    float[] largest = golden("8bit." + i + ".absmax" + moment);
                    float[] held = trained.stored(ours + ".largest").toFloatArray();
                    for (int k = 0; k < largest.length; k++) {
                        assertThat(held[k]).isCloseTo(largest[k], within(ROUNDING * largest[k] + 1e-12f));
                    }
                }
            }
            // A number half way between two values may go to either.
            assertThat(other).isLessThan(all / 200);
        }
    }

    @Test
    void codesHaveTheValuesOfBitsandbytes() {
        // To a unit of the last place: the steps of torch.linspace are rounded in another order.
        assertThat(DynamicMap.values(true)).containsExactly(golden("signed"), within(1e-7f));
        assertThat(DynamicMap.values(false)).containsExactly(golden("unsigned"), within(1e-7f));
    }

    /** Every middle, its neighbours in float32, and the ends of what has the same upper 16 bits. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tableAndOneComparisonFindTheCode(boolean signed) {
        float[] middles = DynamicMap.middles(DynamicMap.values(signed));
        byte[] lowest = DynamicMap.lowestCodes(middles);
        List<Float> numbers = new ArrayList<>(List.of(0f, -0f));
        for (int i = 0; i < middles.length - 1; i++) {
            numbers.addAll(List.of(Math.nextDown(middles[i]), middles[i], Math.nextUp(middles[i])));
        }
        for (int upper = 0; upper <= 0x3f80; upper++) {
            for (int bits : new int[] {upper << 16, upper << 16 | 0xffff}) {
                numbers.add(Float.intBitsToFloat(bits));
                numbers.add(signed ? -Float.intBitsToFloat(bits) : 0);
            }
        }
        for (float number : numbers) {
            int code = 0;
            while (middles[code] < number) {
                code++;
            }
            int low = lowest[Float.floatToRawIntBits(number) >>> 16] & 255;
            assertThat(low + (number > middles[low] ? 1 : 0))
                    .as("of %s", number)
                    .isEqualTo(code);
        }
    }

    @Test
    void compensatedWeightsAreThoseOfTheReference() throws Exception {
        try (Trained trained = goldenRun(Masters.BF16, Moments.SINGLE)) {
            for (int i = 0; i < 3; i++) {
                float[] weights = golden("kahan." + i);
                float[] lost = golden("kahan." + i + ".compensation");
                float[] ours = trained.weights(i);
                float[] kept = tensors.float32(
                                manager,
                                trained.stored("compensation."
                                        + trained.parameters.get(i).name()))
                        .toFloatArray();
                for (int k = 0; k < ours.length; k++) {
                    // A sum half way between two bfloat16 numbers may be rounded to either; the compensation makes up
                    // for it.
                    float unit = Math.abs(weights[k]) / 128;
                    assertThat(ours[k]).isCloseTo(weights[k], within(unit));
                    assertThat(ours[k] + kept[k]).isCloseTo(weights[k] + lost[k], within(unit / 100));
                }
            }
        }
    }

    @Test
    void updatesTooSmallForBfloat16AddUpWithCompensation() {
        // A hundred steps of -1e-4 (what Adam makes of a constant gradient) from 1: bfloat16's next number below is
        // 0.9961.
        var settings = new AdamWSettings(0, 0, 0, 0, 0);
        try (Trained trained = new Trained(List.of(manager.ones(new Shape(5))), Masters.BF16, settings)) {
            for (int step = 0; step < 100; step++) {
                trained.step(List.of(new float[] {1, 2, 3, 4, 5}), 1e-4);
            }
            assertThat(trained.weights(0)).containsOnly(0.98828125f); // 0.99 rounded to bfloat16 is 0.9883 or 0.9922
            float[] kept = tensors.float32(
                            manager,
                            trained.stored(
                                    "compensation." + trained.parameters.get(0).name()))
                    .toFloatArray();
            assertThat(0.98828125f + kept[0]).isCloseTo(0.99f, within(2e-4f));
        }
    }

    @ParameterizedTest
    @CsvSource({"SINGLE, SINGLE", "SINGLE, EIGHT_BIT", "BF16, SINGLE", "BF16, EIGHT_BIT"})
    void rangesTogetherTakeTheStepOfTheWhole(Masters masters, Moments moments) {
        var settings = new AdamWSettings(0.9, 0.999, 1e-8, 0.01, 0).with(8, moments);
        Random random = new Random(3);
        List<float[]> start = List.of(floats(random, 70_000), floats(random, 300), floats(random, 90_000));
        try (Trained whole = new Trained(arrays(start), masters, settings);
                Trained parts = new Trained(arrays(start), masters, settings, 512, 66_048, 71_168)) {
            for (int step = 0; step < 3; step++) {
                List<float[]> gradients = List.of(floats(random, 70_000), floats(random, 300), floats(random, 90_000));
                whole.step(gradients, 1e-3);
                parts.step(gradients, 1e-3);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(parts.weights(i)).isEqualTo(whole.weights(i)).isNotEqualTo(start.get(i));
            }
        }
    }

    @Test
    void factorBLearnsFasterByTheRatio() {
        var settings = new AdamWSettings(0.9, 0.999, 0, 0, 0).with(16, Moments.SINGLE);
        List<float[]> start = List.of(new float[4], new float[4]);
        try (Trained trained = new Trained(arrays(start), Masters.SINGLE, settings)) {
            trained.step(List.of(new float[] {1, 1, 1, 1}, new float[] {1, 1, 1, 1}), 1e-3);
            // Adam's first step is the learning rate, whatever the gradient.
            assertThat(trained.weights(0)).containsOnly(new float[] {-1e-3f}, within(1e-8f));
            assertThat(trained.weights(1)).containsOnly(new float[] {-16e-3f}, within(1e-7f));
        }
    }

    @ParameterizedTest
    @CsvSource({"SINGLE, SINGLE", "SINGLE, EIGHT_BIT", "BF16, SINGLE", "BF16, EIGHT_BIT"})
    void storedStateGoesOnBitForBit(Masters masters, Moments moments) {
        var settings = new AdamWSettings(0.9, 0.999, 1e-8, 0.01, 0).with(2, moments);
        Random random = new Random(4);
        List<float[]> start = List.of(floats(random, 1000), floats(random, 300));
        List<List<float[]>> gradients = new ArrayList<>();
        for (int step = 0; step < 4; step++) {
            // The gradient turns round, so the moments' largest magnitudes fall.
            float[] first = floats(random, 1000);
            float[] second = floats(random, 300);
            for (float[] each : List.of(first, second)) {
                for (int i = 0; i < each.length; i++) {
                    each[i] = (step < 2 ? 1 : -1) * (1 + Math.abs(each[i]));
                }
            }
            gradients.add(List.of(first, second));
        }
        try (Trained whole = new Trained(arrays(start), masters, settings);
                Trained again = new Trained(arrays(start), masters, settings)) {
            whole.step(gradients.get(0), 1e-2);
            whole.step(gradients.get(1), 1e-2);
            TrainingState.save(directory, whole.ranges.get(0), tensors);
            TrainingState.restore(directory, again.ranges.get(0), tensors);
            for (Trained each : List.of(whole, again)) {
                each.step(gradients.get(2), 1e-2);
                each.step(gradients.get(3), 1e-2);
            }
            for (int i = 0; i < 2; i++) {
                assertThat(again.weights(i)).isEqualTo(whole.weights(i));
            }
        }
    }

    @Test
    void rangesStartAtWholeBlocks() {
        var settings = new AdamWSettings(0.9, 0.999, 1e-8, 0, 0);
        assertThatThrownBy(() -> new Trained(arrays(List.of(new float[700])), Masters.SINGLE, settings, 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("elements 0 to 100: expected multiples of 256");
    }

    private List<NDArray> arrays(List<float[]> values) {
        NDList arrays = new NDList();
        values.forEach(each -> arrays.add(manager.create(each)));
        return arrays;
    }

    private static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
