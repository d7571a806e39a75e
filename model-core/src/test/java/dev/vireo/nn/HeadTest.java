// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A head whose logits are computed in several parts, against sums written out in double, and what it allocates for them. */
class HeadTest {
    /** Logits below 8 in magnitude, float32. */
    private static final double ROUNDING = 1e-5;

    private static final int WIDTH = 8;
    private static final int WORDS = 20_000;
    private static final double EPS = 1e-6;
    private static final double PLUS = 1;
    /** In which the profiler gives memory. */
    private static final List<String> UNITS = List.of("b", "Kb", "Mb", "Gb");

    private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    private final Blocks blocks = new Blocks(Device.cpu());
    private final Random random = new Random(3);

    @TempDir
    private Path folder;

    private int vocabulary;
    private float[] norm = {};
    private float[] words = {};
    private float[] hidden = {};
    private long[] sources = {};
    private long[] targets = {};

    @AfterEach
    void close() {
        blocks.close();
        manager.close();
    }

    /** Rows of hidden states, of which places are scored; one row twice, one never. */
    private Block head(int size, int scored, boolean trained) {
        vocabulary = size;
        norm = random(WIDTH, 0.3);
        words = random(size * WIDTH, 0.5);
        hidden = random((scored + 1) * WIDTH, 1);
        sources = IntStream.range(0, scored).mapToLong(i -> i == 1 ? 0 : i).toArray();
        targets = IntStream.range(0, scored)
                .mapToLong(i -> i == 2 ? size - 1 : random.nextInt(size))
                .toArray();
        WeightSource source = (name, shape) -> {
            NDArray value = manager.create(name.startsWith("norm") ? norm : words, new Shape(shape));
            return trained ? Parameter.trainable(name, value, value) : Parameter.frozen(name, value);
        };
        BlockParameters parameters = new BlockParameters(manager, source)
                .weight("norm.weight", WIDTH)
                .linear("lm_head", WIDTH, vocabulary);
        return blocks.head("lm_head", parameters, vocabulary, new RmsNorm(EPS, PLUS));
    }

    private float[] random(int elements, double scale) {
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    private NDArray states() {
        return manager.create(hidden, new Shape(hidden.length / WIDTH, WIDTH));
    }

    private NDList places(NDArray... more) {
        NDList inputs = new NDList(states(), manager.create(sources));
        inputs.addAll(new NDList(more));
        return inputs;
    }

    /** The norm of a row of hidden states. */
    private double[] normed(int row) {
        double square = 0;
        for (int d = 0; d < WIDTH; d++) {
            square += Math.pow(hidden[row * WIDTH + d], 2) / WIDTH;
        }
        double[] n = new double[WIDTH];
        for (int d = 0; d < WIDTH; d++) {
            n[d] = hidden[row * WIDTH + d] / Math.sqrt(square + EPS) * (norm[d] + PLUS);
        }
        return n;
    }

    private double[] logSoftmax(int row) {
        double[] n = normed(row);
        double[] l = new double[vocabulary];
        double sum = 0;
        for (int v = 0; v < vocabulary; v++) {
            for (int d = 0; d < WIDTH; d++) {
                l[v] += n[d] * words[v * WIDTH + d];
            }
            sum += Math.exp(l[v]);
        }
        for (int v = 0; v < vocabulary; v++) {
            l[v] -= Math.log(sum);
        }
        return l;
    }

    /** 419 positions are computed at once, or 19,488 words: two parts either way. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gradientsAreThoseOfTheWholeLogits(boolean trained) {
        int scored = 430;
        Block head = head(WORDS, scored, trained);
        float[] gy = random(scored, 1);
        double[] logps = new double[scored];
        double[] dn = new double[hidden.length];
        double[] dw = new double[words.length];
        for (int i = 0; i < scored; i++) {
            int row = (int) sources[i];
            double[] l = logSoftmax(row);
            double[] n = normed(row);
            logps[i] = l[(int) targets[i]];
            for (int v = 0; v < vocabulary; v++) {
                double g = gy[i] * ((v == targets[i] ? 1 : 0) - Math.exp(l[v]));
                for (int d = 0; d < WIDTH; d++) {
                    dn[row * WIDTH + d] += g * words[v * WIDTH + d];
                    dw[v * WIDTH + d] += g * n[d];
                }
            }
        }
        NDArray wants = head.wants(manager, true);
        NDList kept = head.callRecording(
                manager, "keep", new NDList(wants, states(), manager.create(sources), manager.create(targets)));
        requireClose(kept.get(0), logps);
        NDList inputs = new NDList(manager.create(gy));
        inputs.addAll(kept);
        NDList gradients = head.callRecording(manager, "pull", inputs);
        requireClose(gradients.get(0), throughNorm(dn));
        assertThat(gradients).hasSize(trained ? 3 : 1);
        if (trained) {
            requireClose(gradients.get(1), ofNorm(dn));
            requireClose(gradients.get(2), dw);
            NDList again = head.callRecording(
                    manager,
                    "vjp",
                    new NDList(manager.create(gy), wants, states(), manager.create(sources), manager.create(targets)));
            assertThat(again.get(2).toFloatArray()).isEqualTo(gradients.get(2).toFloatArray());
        }
    }

    /** d h = r (f g - h r^2 mean(f g h)), f the norm's factors and r = 1 / sqrt(mean(h^2) + eps). */
    private double[] throughNorm(double[] dn) {
        double[] dh = new double[dn.length];
        for (int row = 0; row < dn.length / WIDTH; row++) {
            double r = reciprocal(row);
            double mean = 0;
            for (int d = 0; d < WIDTH; d++) {
                int i = row * WIDTH + d;
                mean += (norm[d] + PLUS) * dn[i] * hidden[i] / WIDTH;
            }
            for (int d = 0; d < WIDTH; d++) {
                int i = row * WIDTH + d;
                dh[i] = r * ((norm[d] + PLUS) * dn[i] - hidden[i] * r * r * mean);
            }
        }
        return dh;
    }

    private double[] ofNorm(double[] dn) {
        double[] gradient = new double[WIDTH];
        for (int i = 0; i < dn.length; i++) {
            gradient[i % WIDTH] += dn[i] * hidden[i] * reciprocal(i / WIDTH);
        }
        return gradient;
    }

    private double reciprocal(int row) {
        double square = 0;
        for (int d = 0; d < WIDTH; d++) {
            square += Math.pow(hidden[row * WIDTH + d], 2) / WIDTH;
        }
        return 1 / Math.sqrt(square + EPS);
    }

    private static void requireClose(NDArray made, double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        float[] values = made.toFloatArray();
        assertThat(values).hasSize(expected.length);
        for (int i = 0; i < values.length; i++) {
            assertThat((double) values[i]).isCloseTo(expected[i], within(ROUNDING * Math.max(1, largest)));
        }
    }

    @Test
    void whatIsMeasuredIsSummedOverAllWords() {
        int scored = 430;
        Block head = head(WORDS, scored, false);
        NDArray other = manager.create(random(hidden.length, 1), states().getShape());
        NDList compared = places(other);
        compared.addAll(new NDList(manager.create(norm), manager.create(words, new Shape(vocabulary, WIDTH))));
        float[] entropy = head.call(manager, Block.Weights.BASE, "entropy", places())
                .get(0)
                .toFloatArray();
        float[] collisions = head.call(manager, Block.Weights.BASE, "collisions", places())
                .get(0)
                .toFloatArray();
        float[] divergence = head.call(manager, Block.Weights.BASE, "divergence", compared)
                .get(0)
                .toFloatArray();
        for (int i : new int[] {0, 1, 418, 419, scored - 1}) {
            double[] policy = logSoftmax((int) sources[i]);
            float[] own = hidden;
            hidden = other.toFloatArray();
            double[] base = logSoftmax((int) sources[i]);
            hidden = own;
            double[] sums = new double[3];
            for (int v = 0; v < vocabulary; v++) {
                double p = Math.exp(policy[v]);
                sums[0] -= p * policy[v];
                sums[1] += p * p;
                sums[2] += p * (policy[v] - base[v]);
            }
            assertThat((double) entropy[i]).isCloseTo(sums[0], within(ROUNDING));
            assertThat((double) collisions[i]).isCloseTo(Math.log(sums[1]), within(ROUNDING));
            assertThat((double) divergence[i]).isCloseTo(sums[2], within(ROUNDING));
        }
    }

    /** The memory of a chunk of logits is taken once, not for each chunk; nothing as large comes beside it. */
    @ParameterizedTest
    @ValueSource(strings = {"forward", "frozen", "trained", "vjp", "entropy", "divergence", "collisions"})
    void memoryOfLogitsIsTakenOnceForAllParts(String pass) throws Exception {
        int scored = 1024;
        Block head = head(1 << 16, scored, pass.equals("trained") || pass.equals("vjp"));
        NDArray at = manager.create(targets);
        NDArray gy = manager.ones(new Shape(scored));
        NDArray wants = head.wants(manager, true);
        NDList compared = places(states(), manager.create(norm));
        compared.add(manager.create(words, new Shape(vocabulary, WIDTH)));
        NDList kept = new NDList(wants);
        kept.addAll(places(at));
        NDList again = new NDList(gy);
        again.addAll(kept);
        int chunks = scored / (int) Blocks.headRows(vocabulary);
        assertThat(chunks).isEqualTo(8);
        Path trace = folder.resolve("trace.json");
        JniUtils.startProfile(false, false, true);
        switch (pass) {
            case "forward" -> head.call(manager, Block.Weights.BASE, pass, places(at));
            case "frozen", "trained" -> {
                NDList pulled = new NDList(gy);
                pulled.addAll(head.callRecording(manager, "keep", kept));
                head.callRecording(manager, "pull", pulled);
            }
            case "vjp" -> head.callRecording(manager, pass, again);
            case "divergence" -> head.call(manager, Block.Weights.BASE, pass, compared);
            default -> head.call(manager, Block.Weights.BASE, pass, places());
        }
        JniUtils.stopProfile(trace.toString());
        // A chunk in three forms; one more of the policy; forward and backward pass each theirs where W is trained.
        int forms =
                switch (pass) {
                    case "divergence" -> 4;
                    case "trained", "vjp" -> 6;
                    default -> 3;
                };
        assertThat(largeAllocations(trace)).isEqualTo(forms);
    }

    /** Operators that took a tenth of a chunk of logits or more; the methods that call them are in the trace, too. */
    private long largeAllocations(Path trace) throws Exception {
        double limit = vocabulary * Blocks.headRows(vocabulary) * Float.BYTES / 10.0;
        long large = 0;
        for (JsonElement each : JsonParser.parseString(Files.readString(trace)).getAsJsonArray()) {
            JsonObject call = each.getAsJsonObject();
            String[] memory = call.get("cpu mem").getAsString().split(" ");
            double bytes = Double.parseDouble(memory[0]) * Math.pow(1024, UNITS.indexOf(memory[1]));
            large += call.get("name").getAsString().startsWith("aten::") && bytes >= limit ? 1 : 0;
        }
        return large;
    }
}
