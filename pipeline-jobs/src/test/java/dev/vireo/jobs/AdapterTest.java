// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.pretrained.PretrainedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code vireo adapter}: what its jobs print, write and refuse. */
class AdapterTest {
    private static final Path GOLDEN = Path.of("../model-core/src/test/resources/golden");
    private static final Path COMBINATIONS = GOLDEN.resolve("llava15-tiny/combinations");
    private static final Path MODEL = GOLDEN.resolve("llava15-tiny/model");

    @TempDir
    Path folder;

    private Path output() {
        return folder.resolve("out");
    }

    private JobRun average(String first, String second, Object... more) {
        Object[] arguments = {"--adapter", COMBINATIONS.resolve(first), "--adapter", COMBINATIONS.resolve(second)};
        Object[] target = {"--output", output()};
        return JobRun.of(
                Adapter.AVERAGE,
                java.util.stream.Stream.of(arguments, target, more)
                        .flatMap(java.util.Arrays::stream)
                        .toArray());
    }

    @ParameterizedTest
    @CsvSource({"exact, 8", "linear, 4", "cat, 8", "svd, 4"})
    void averageWritesAnAdapterAndTellsWhatEachMethodLoses(String method, int rank) {
        JobRun run = average("first", "second", "adapter.method=" + method, "--model", MODEL);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains(method + " (written)", "adapter: " + output());
        for (String each : List.of("exact", "linear", "cat", "svd")) {
            assertThat(run.out())
                    .containsPattern("(?m)^" + each + "( \\(written\\))? +[0-9]+ +[0-9.e-]+ +[0-9.e-]+ +model\\.");
        }
        PeftAdapter made = PeftAdapter.read(output());
        assertThat(made.config().loraRank()).isEqualTo(rank);
        assertThat(made.pairs().keySet())
                .allSatisfy(module -> assertThat(made.scale(module)).isEqualTo(1));
        assertThat(average("first", "second").status()).isEqualTo(2);
        assertThat(average("first", "second", "--overwrite").status()).isZero();
    }

    @Test
    void averageRefusesWhatHasNoMean() {
        JobRun weights = average("first", "second", "adapter.weights=[0.1,0.2,0.7]");
        assertThat(weights.status()).isEqualTo(2);
        assertThat(weights.err())
                .contains("Invalid adapter.weights: [0.1, 0.2, 0.7] (expected a weight for each of the 2 adapters)");
        JobRun ranks = average("first", "stabilised", "adapter.method=linear");
        assertThat(ranks.status()).isEqualTo(2);
        assertThat(ranks.err()).contains("has the ranks [4, 3]");
        JobRun modules = average("first", "../adapters/language/adapter");
        assertThat(modules.status()).isEqualTo(2);
        assertThat(modules.err()).contains("do not adapt 13 modules alike", "mlp.gate_proj: only in");
        JobRun other = average("first", "second", "--model", GOLDEN.resolve("llavanext-tiny/model"));
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).contains("combinations/first", "the adapter is made for a weight of");
        assertThat(output()).doesNotExist();
    }

    @Test
    void averageRefusesAdaptersOfTwoModels() throws IOException {
        for (String name : List.of("first", "second")) {
            Path copy = Files.createDirectories(folder.resolve(name));
            Files.copy(
                    COMBINATIONS.resolve(name).resolve("adapter_model.safetensors"),
                    copy.resolve("adapter_model.safetensors"));
            String config = Files.readString(COMBINATIONS.resolve(name).resolve("adapter_config.json"));
            Files.writeString(
                    copy.resolve("adapter_config.json"),
                    config.replace(
                            "\"base_model_name_or_path\": null",
                            "\"base_model_name_or_path\": \"base-of-" + name + "\""));
        }
        Object[] arguments = {
            "--adapter", folder.resolve("first"), "--adapter", folder.resolve("second"), "--output", output()
        };
        JobRun run = JobRun.of(Adapter.AVERAGE, arguments);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("base-of-first", "base-of-second", "--model DIR says which");
        Object[] named = java.util.stream.Stream.of(arguments, new Object[] {"--model", MODEL})
                .flatMap(java.util.Arrays::stream)
                .toArray();
        assertThat(JobRun.of(Adapter.AVERAGE, named).status()).isZero();
    }

    @Test
    void adaptersThatAreComparedMustHaveNamesOfTheirOwn() {
        String adapter = "llava15-tiny/adapters/%s/adapter";
        JobRun run = JobRun.of(
                Evaluate.JOB,
                "--model",
                MODEL,
                "--adapter",
                GOLDEN.resolve(adapter.formatted("language")),
                "--adapter",
                GOLDEN.resolve(adapter.formatted("everything")),
                "--input",
                folder,
                "--output",
                output());
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("have one name; write NAME=DIR to tell them apart");
    }

    @Test
    void mergeWritesAModelInShards() throws IOException {
        Path model = GOLDEN.resolve("llavanext-tiny/model");
        JobRun run = JobRun.of(
                Adapter.MERGE,
                "--model",
                model,
                "--adapter",
                GOLDEN.resolve("llavanext-tiny/adapters/dora/adapter"),
                "--output",
                output(),
                "adapter.save-as=bf16",
                "adapter.shard-size=1e-4");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(Pattern.compile("merged: \\d+ modules; the adapter changes their weights by [0-9.]+,"
                                + " rounding takes back [0-9.e-]+ \\([0-9.]+ %\\)")
                        .matcher(run.out())
                        .find())
                .as(run.out())
                .isTrue();
        assertThat(output().resolve("model.safetensors.index.json")).exists();
        assertThat(PretrainedModel.open(output()).tokenizerHash())
                .isEqualTo(PretrainedModel.open(model).tokenizerHash());
        // A model that Vireo wrote is a source like any other.
        JobRun again = JobRun.of(
                Adapter.MERGE,
                "--model",
                output(),
                "--adapter",
                GOLDEN.resolve("llavanext-tiny/adapters/language/adapter"),
                "--output",
                folder.resolve("twice"));
        assertThat(again.status()).as(again.err()).isZero();
        JobRun wrong = JobRun.of(
                Adapter.MERGE,
                "--model",
                model,
                "--adapter",
                COMBINATIONS.resolve("first"),
                "--output",
                folder + "/no");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err()).contains("model.language_model.layers.0.self_attn.q_proj: the adapter is made for");
    }

    @Test
    void inspectShowsModulesNormsAndWhatAModelHas() {
        Path adapter = GOLDEN.resolve("llavanext-tiny/adapters/dora/adapter");
        JobRun run =
                JobRun.of(Adapter.INSPECT, "--adapter", adapter, "--model", GOLDEN.resolve("llavanext-tiny/model"));
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains(
                        "adapter: 5 modules, 2,464 parameters, r 4, alpha 8, dropout 0, rsLoRA, DoRA; base model not named")
                .containsPattern("model.language_model.layers.\\*.mlp.down_proj +1 +\\d+ -> \\d+ +4 +4 +[0-9.]+")
                .containsPattern("model.vision_tower.encoder.layers.\\*.mlp.fc1 +1 +\\d+ -> \\d+ +2 +2.121 ")
                .contains("model: matches 5 of the adapter's 5 modules, of the model's 35 linear modules")
                .containsPattern("left alone +model.language_model.layers.\\*.self_attn.k_proj +2");
        JobRun other = JobRun.of(Adapter.INSPECT, "--adapter", adapter, "--model", MODEL, "adapter.each-module=true");
        assertThat(other.status()).as(other.err()).isZero();
        assertThat(other.out())
                .contains("model.language_model.layers.0.mlp.down_proj")
                .containsPattern(
                        "of another size +model.language_model.layers.0.self_attn.q_proj +the model's weight is");
    }

    @Test
    void groupIsListedAndUnknownMembersAreRefused() {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        var jobs = List.of(Adapter.AVERAGE, Adapter.MERGE, Adapter.INSPECT);
        assertThat(Vireo.run(jobs, List.of("adapter", "--help"), console, null)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("adapter average", "adapter merge", "adapter inspect");
        assertThat(Vireo.run(jobs, List.of("adapter"), console, null)).isEqualTo(2);
        assertThat(Vireo.run(jobs, List.of("adapter", "merg"), console, null)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("Unknown job adapter merg (expected one of adapter average, adapter merge, adapter inspect)");
        assertThat(Vireo.run(jobs, List.of("adapter", "merge", "--help"), console, null))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "vireo adapter merge --model DIR --adapter DIR --output DIR [options]",
                        "adapter.save-as=as-is");
    }
}
