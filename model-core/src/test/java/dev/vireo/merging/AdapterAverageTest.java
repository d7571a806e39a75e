// SPDX-License-Identifier: Apache-2.0
package dev.vireo.merging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.model.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Averages of adapters, against PEFT's {@code add_weighted_adapter} and against the mean of the products itself. */
class AdapterAverageTest {
    private static final Golden GOLDEN = Golden.of("llava15-tiny");
    private static final String COMBINED = "combinations/combined.safetensors";
    private static final String Q_PROJ = "model.language_model.layers.0.self_attn.q_proj";
    /** Elements of products are up to 1; PEFT decomposes in float32. */
    private static final float SVD_ROUNDING = 2e-6f;

    @TempDir
    Path directory;

    /** A sum of several float32 products may be rounded in another order: half a unit in the last place. */
    @ParameterizedTest
    @CsvSource({"linear, 1e-8", "linear-negative, 1e-8", "cat, 0"})
    void factorsArePeftsOwn(String label, float rounding) {
        PeftAdapter made = combine(label);
        made.pairs().forEach((module, pair) -> {
            assertThat(pair.a().toFloats()).containsExactly(golden(label, module, "A"), within(rounding));
            assertThat(pair.b().toFloats()).containsExactly(golden(label, module, "B"), within(rounding));
            assertThat(made.scale(module)).isEqualTo(1);
        });
        JsonObject facts = facts(label);
        assertThat(made.config().loraRank()).isEqualTo(facts.get("r").getAsInt());
        assertThat(made.config().alpha()).isEqualTo(facts.get("lora_alpha").getAsDouble());
    }

    /** Singular vectors are known but for their signs, so products are compared. */
    @Test
    void bestApproximationIsPefts() {
        PeftAdapter made = combine("svd");
        made.pairs().forEach((module, pair) -> {
            assertThat(pair.loraRank()).isEqualTo(4);
            HostTensor a =
                    HostTensor.ofFloats(golden("svd", module, "A"), pair.a().shape());
            HostTensor b =
                    HostTensor.ofFloats(golden("svd", module, "B"), pair.b().shape());
            float[] expected = narrow(product(new LoraPair(a, b, 4), 1));
            assertThat(narrow(product(pair, 1))).containsExactly(expected, within(SVD_ROUNDING));
        });
    }

    @Test
    void exactIsTheMeanOfTheProducts() {
        List<PeftAdapter> adapters = List.of(read("first"), read("second"), read("stabilised"));
        double third = 1.0 / 3;
        List<Divergence> divergences = write(adapters, List.of(third, third, third), Combination.EXACT, 0);
        PeftAdapter made = PeftAdapter.read(directory);
        assertThat(made.config().loraRank()).isEqualTo(11);
        made.pairs().forEach((module, pair) -> {
            double[] mean = new double[(int) (pair.inFeatures() * pair.outFeatures())];
            for (PeftAdapter adapter : adapters) {
                double[] product = product(adapter.pairs().get(module), adapter.scale(module) * third);
                Arrays.setAll(mean, i -> mean[i] + product[i]);
            }
            double[] written = product(pair, made.scale(module));
            for (int i = 0; i < mean.length; i++) {
                assertThat(written[i]).isCloseTo(mean[i], within(1e-7));
            }
        });
        assertThat(divergences).extracting(Divergence::combination).doesNotContain(Combination.LINEAR);
        assertThat(divergences)
                .filteredOn(each -> each.combination() != Combination.SVD)
                .allSatisfy(each -> assertThat(each.relative()).isLessThan(1e-7))
                .hasSize(2);
    }

    /** |B A - D| / |D| summed up element by element. */
    @Test
    void divergencesAreThoseOfTheWrittenFactors() {
        List<PeftAdapter> adapters = List.of(read("first"), read("second"));
        List<Double> weights = List.of(0.6, 0.4);
        for (Combination combination : Combination.values()) {
            List<Divergence> told = write(adapters, weights, combination, 3);
            Divergence own = told.stream()
                    .filter(each -> each.combination() == combination)
                    .findFirst()
                    .orElseThrow();
            PeftAdapter made = PeftAdapter.read(directory);
            double off = 0;
            double all = 0;
            for (String module : made.pairs().keySet()) {
                double[] written = product(made.pairs().get(module), made.scale(module));
                double[] first = product(
                        adapters.get(0).pairs().get(module),
                        0.6 * adapters.get(0).scale(module));
                double[] second = product(
                        adapters.get(1).pairs().get(module),
                        0.4 * adapters.get(1).scale(module));
                for (int i = 0; i < written.length; i++) {
                    double mean = first[i] + second[i];
                    off += (written[i] - mean) * (written[i] - mean);
                    all += mean * mean;
                }
            }
            double expected = Math.sqrt(off / all);
            assertThat(own.relative()).isCloseTo(expected, within(1e-6 * expected + 1e-9));
            assertThat(own.worst()).isGreaterThanOrEqualTo(own.relative());
        }
        assertThat(write(adapters, weights, Combination.LINEAR, 0))
                .filteredOn(each -> each.combination() == Combination.LINEAR)
                .allSatisfy(each -> assertThat(each.relative()).isGreaterThan(0.1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 500})
    void rankOfTheApproximationIsAskedFor(int rank) {
        write(List.of(read("first"), read("second")), List.of(0.5, 0.5), Combination.SVD, rank);
        assertThat(PeftAdapter.read(directory).pairs().values())
                .allSatisfy(pair -> assertThat(pair.loraRank()).isEqualTo(Math.min(rank, 8)));
    }

    @Test
    void ranksOfSingleModulesAreKept() {
        PeftAdapter golden = read("first");
        Map<String, LoraPair> mixed = new TreeMap<>(golden.pairs());
        mixed.put(Q_PROJ, read("stabilised").pairs().get(Q_PROJ));
        PeftAdapter.of(golden.config(), mixed).write(directory.resolve("mixed"));
        List<PeftAdapter> adapters = List.of(PeftAdapter.read(directory.resolve("mixed")), golden);
        write(adapters, List.of(0.5, 0.5), Combination.EXACT, 0);
        Map<String, LoraPair> made = PeftAdapter.read(directory).pairs();
        assertThat(made.get(Q_PROJ).loraRank()).isEqualTo(7);
        assertThat(made.values().stream().map(LoraPair::loraRank).collect(Collectors.toList()))
                .containsOnlyOnce(7)
                .contains(8);
        assertThatThrownBy(() -> write(adapters, List.of(0.5, 0.5), Combination.LINEAR, 0))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining(Q_PROJ + " has the ranks [3, 4]");
    }

    @Test
    void adaptersThatCannotBeAddedAreRefusedByName() {
        PeftAdapter first = read("first");
        PeftAdapter language = PeftAdapter.read(GOLDEN.path("adapters/language/adapter"));
        assertThatThrownBy(() -> WeightedAdapters.of(List.of(first, language), List.of(0.5, 0.5)))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("combinations/first")
                .hasMessageContaining("adapters/language")
                .hasMessageContaining("layers.0.mlp.gate_proj: only in")
                .hasMessageContaining("and 8 more");
        PeftAdapter dora = PeftAdapter.read(Golden.of("llavanext-tiny").path("adapters/dora/adapter"));
        assertThatThrownBy(() -> WeightedAdapters.of(List.of(dora, dora), List.of(0.5, 0.5)))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("adapters/dora/adapter: it is DoRA (use_dora)");
        assertThatThrownBy(() -> WeightedAdapters.of(List.of(first), List.of(0.5, 0.5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Cannot weigh 1 adapters with 2 weights");
    }

    private static PeftAdapter read(String name) {
        return PeftAdapter.read(GOLDEN.path("combinations/" + name));
    }

    private static JsonObject facts(String label) {
        return GOLDEN.json("combinations/combined.json").getAsJsonObject().getAsJsonObject(label);
    }

    /** What the golden combination asks for. */
    private PeftAdapter combine(String label) {
        JsonObject facts = facts(label);
        List<PeftAdapter> adapters = new ArrayList<>();
        for (JsonElement name : facts.getAsJsonArray("adapters")) {
            adapters.add(read(name.getAsString()));
        }
        List<Double> weights = facts.getAsJsonArray("weights").asList().stream()
                .map(JsonElement::getAsDouble)
                .toList();
        String type = facts.get("type").getAsString().toUpperCase(java.util.Locale.ROOT);
        write(adapters, weights, Combination.valueOf(type), 0);
        return PeftAdapter.read(directory);
    }

    private List<Divergence> write(List<PeftAdapter> adapters, List<Double> weights, Combination kind, int rank) {
        try (AdapterAverage average = new AdapterAverage(WeightedAdapters.of(adapters, weights), rank)) {
            return average.write(kind, directory);
        }
    }

    private static float[] golden(String label, String module, String factor) {
        return GOLDEN.tensor(COMBINED, label + "/base_model.model." + module + ".lora_" + factor + ".weight");
    }

    /** scale B A in double, row after row. */
    private static double[] product(LoraPair pair, double scale) {
        float[] a = pair.a().toFloats();
        float[] b = pair.b().toFloats();
        int in = (int) pair.inFeatures();
        int rank = pair.loraRank();
        double[] product = new double[(int) pair.outFeatures() * in];
        for (int i = 0; i < product.length; i++) {
            for (int k = 0; k < rank; k++) {
                product[i] += scale * b[i / in * rank + k] * a[k * in + i % in];
            }
        }
        return product;
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
