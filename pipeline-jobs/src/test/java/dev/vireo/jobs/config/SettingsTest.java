// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vireo.objective.Dpo;
import dev.vireo.objective.DpoOptions;
import dev.vireo.objective.PairLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            prepare.schema | auto
            prepare.template | auto
            prepare.images | tiles
            prepare.max-tokens | 0
            prepare.bos | template
            prepare.exif | apply
            prepare.max-image-pixels | 89478485
            prepare.longest-edge | 0
            prepare.max-pixels | 0
            prepare.dedup | error
            train.objective | orpo
            train.loss | sigmoid
            train.loss-weights | []
            train.label-smoothing | 0
            train.dpo.f-divergence | reverse_kl
            train.dpo.f-alpha | 0.5
            train.dpo.ld-alpha | 1
            train.dpo.weighting | none
            train.dpo.rpo-alpha | 0
            train.dpo.discopop-tau | 0.05
            train.cpo.loss | sigmoid
            train.cpo.nll-weight | 1
            train.cpo.alpha | 0
            train.simpo.gamma | 0.5
            train.kto.loss | kto
            train.kto.desirable-weight | 1
            train.kto.undesirable-weight | 1
            train.sft.nll | completion
            train.reference | start
            train.reference-scores | none
            train.orpo.nll | completion
            train.beta | 0.1
            train.learning-rate | 1e-5
            train.schedule | cosine
            train.warmup-steps | 0
            train.warmup-ratio | 0
            train.min-learning-rate | 0
            train.steps | 0
            train.epochs | 1
            train.batch-size | 1
            train.accumulation | 1
            train.workers | 1
            train.shuffle | true
            train.seed | 0
            train.max-grad-norm | 1.0
            train.weight-decay | 0
            train.adam-beta1 | 0.9
            train.adam-beta2 | 0.999
            train.adam-epsilon | 1e-8
            train.adam-8bit | false
            train.full | false
            train.master | fp32
            train.kl-rows | 1
            train.kl-every | 1
            train.stop.patience | 0
            train.stop.min-delta | 0
            train.stop.kl-above | 0
            train.lora.rank | 16
            train.lora.alpha | 32
            train.lora.dropout | 0
            train.lora.targets | language
            train.lora.rslora | false
            train.lora.dora | false
            train.lora.plus-ratio | 1
            train.lora.tower.targets | inherit
            train.lora.tower.rank | 0
            train.lora.tower.alpha | 0
            train.lora.projector.targets | inherit
            train.lora.language.targets | inherit
            model.precision | auto
            model.base | as-is
            model.double-quantization | false
            generate.samples | 1
            generate.temperature | 1.0
            generate.top-p | 1.0
            generate.top-k | 0
            generate.max-new-tokens | 256
            generate.seed | 0
            generate.critic | none
            """)
    void everyPublishedKeyHasItsDefault(String key, String value) {
        assertThat(Settings.defaults().written()).containsEntry(key, value);
    }

    @Test
    void everyKeyIsReadAndEveryKeyReadExists() {
        SettingsReader reader = new SettingsReader(ReferenceSettings.load(), new ArrayList<>());
        Settings.read(reader, new TreeMap<>(), new TreeMap<>());
        assertThat(reader.keysRead())
                .isEqualTo(new TreeSet<>(Settings.defaults().written().keySet()));
    }

    @Test
    void everyKeyIsDescribed() {
        for (String section : Settings.sections()) {
            assertThat(Settings.describe(section)).isNotEmpty().allSatisfy(setting -> {
                assertThat(setting.meaning()).as(setting.key()).isNotBlank();
                assertThat(setting.defaultValue()).as(setting.key()).isNotBlank();
            });
        }
    }

    @Test
    void descriptionsKeepTheOrderOfTheFile() {
        assertThat(Settings.describe("train"))
                .extracting(SettingDescription::key)
                .startsWith(
                        "train.objective",
                        "train.loss",
                        "train.loss-weights",
                        "train.reference",
                        "train.reference-scores",
                        "train.beta",
                        "train.label-smoothing",
                        "train.dpo.f-divergence");
    }

    @Test
    void laterFilesWinOverEarlierOnesAndArgumentsOverFiles() throws IOException {
        Path first = write("first.conf", "train { beta = 0.2, steps = 7, seed = 1 }");
        Path second = write("second.conf", "train { beta = 0.3, steps = 8 }");
        Settings settings =
                Settings.resolve(home, List.of(first.toString(), second.toString()), List.of("train.steps=9"));
        assertThat(settings.train().objective().beta()).isEqualTo(0.3);
        assertThat(settings.train().batch().steps()).isEqualTo(9);
        assertThat(settings.train().batch().seed()).isEqualTo(1);
    }

    @Test
    void bareNameFindsTheInstallationsFile() throws IOException {
        write("conf/quick.conf", "train.epochs = 0.5");
        assertThat(Settings.resolve(home, List.of("quick"), List.of())
                        .train()
                        .batch()
                        .epochs())
                .isEqualTo(0.5);
    }

    @Test
    void missingFileIsNamedWithThePlacesLookedAt() {
        assertThatThrownBy(() -> Settings.resolve(home, List.of("nowhere"), List.of()))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Cannot read --conf nowhere")
                .hasMessageContaining(home.resolve("conf/nowhere.conf").toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            train.beta=-1 | Invalid train.beta: -1 (expected > 0)
            train.beta=nan | Invalid train.beta: nan (expected > 0)
            train.beta=much | Invalid train.beta: much (expected > 0)
            train.steps=-1 | Invalid train.steps: -1 (expected a whole number >= 0)
            train.steps=1.5 | Invalid train.steps: 1.5 (expected a whole number >= 0)
            train.shuffle=yes | Invalid train.shuffle: yes (expected true or false)
            train.objective=ppo | Invalid train.objective: ppo (expected orpo, dpo, sft, cpo, simpo, kto)
            train.loss=dpo | Invalid train.loss: dpo (expected a name or a list of sigmoid, cdpo, hinge, ipo, exo_pair, nca_pair, robust, bco_pair, sppo_hard, aot, aot_unpaired, apo_zero, apo_down, discopop, sft, sigmoid_norm)
            train.loss=hinge | Invalid train.loss: hinge (expected sigmoid: only train.objective=dpo takes it; see train.cpo.loss and train.kto.loss)
            train.loss-weights=[1,2] | Invalid train.loss-weights: [1,2] (expected as many weights as train.loss has losses, which is 1)
            train.loss-weights=[0] | Invalid train.loss-weights: [0] (expected > 0 each)
            train.loss-weights=half | Invalid train.loss-weights: half (expected a list of numbers such as [0.8, 0.2])
            train.label-smoothing=0.5 | Invalid train.label-smoothing: 0.5 (expected >= 0 and < 0.5)
            train.label-smoothing=0.1 | Invalid train.label-smoothing: 0.1 (expected 0: only train.objective=dpo, cpo and simpo know it)
            train.dpo.ld-alpha=2 | Invalid train.dpo.ld-alpha: 2 (expected >= 0 and <= 1)
            train.dpo.f-divergence=kl | Invalid train.dpo.f-divergence: kl (expected reverse-kl, forward-kl, js, alpha)
            train.lora.dropout=1 | Invalid train.lora.dropout: 1 (expected >= 0 and < 1)
            train.lora.targets=(a | Invalid train.lora.targets: (a (expected language, all-linear or a regular expression: Unclosed group)
            train.best-metric=loss | Invalid train.best-metric: loss (expected a metric of the evaluation, such as eval_loss or eval_rewards/accuracies)
            model.double-quantization=true | Invalid model.double-quantization: true (expected false without model.base=nf4, whose scales it quantizes)
            train.lora=8 | Invalid train.lora: 8 (expected the name of a setting below it)
            train.beta={a=1} | Invalid train.beta: {"a":1} (expected > 0)
            generate.top-p=0 | Invalid generate.top-p: 0 (expected > 0 and <= 1)
            generate.critic=self | Invalid generate.samples: 1 (expected >= 2 with generate.critic=self, which compares answers)
            prepare.template= | Invalid prepare.template:  (expected text)
            train.betta=1 | Unknown setting train.betta (did you mean train.beta?)
            learning-rate=1 | Unknown setting learning-rate (did you mean train.learning-rate?)
            train.zzzzzzz=1 | Unknown setting train.zzzzzzz (see --help for the settings that exist)
            beta | Invalid argument beta (expected an option or key=value)
            """)
    void wrongArgumentIsNamedWithWhatWasExpected(String assignment, String message) {
        assertThat(problems(assignment)).containsExactly(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{% for m in messages %}{{ m }}{% endfor %}", "{{ bos_token }}[a, b]", "{# none #}{{ x }}"})
    void templateOnTheCommandLineIsTakenAsItStands(String template) {
        Settings settings = Settings.resolve(null, List.of(), List.of("prepare.template=" + template));
        assertThat(settings.prepare().template()).isEqualTo(template);
    }

    @Test
    void trainedWeightsAreNotQuantized() {
        assertThat(problems("model.base=nf4", "train.full=true"))
                .containsExactly(
                        "Invalid model.base: nf4 (expected as-is with train.full=true, which trains the weights"
                                + " themselves)");
    }

    @Test
    void allProblemsAreFoundAtOnce() {
        assertThat(problems("train.beta=-1", "train.full=maybe", "prepare.schem=auto", "model.precision=fp8"))
                .containsExactlyInAnyOrder(
                        "Invalid train.beta: -1 (expected > 0)",
                        "Invalid train.full: maybe (expected true or false)",
                        "Unknown setting prepare.schem (did you mean prepare.schema?)",
                        "Invalid model.precision: fp8 (expected auto, fp32, bf16)");
    }

    @Test
    void problemInFileNamesFileAndLine() throws IOException {
        Path file = write("bad.conf", "train {\n  beta = 0\n  sed = 1\n  lora.rank = null\n}\n");
        InvalidSettingsException error = catchThrowableOfType(
                InvalidSettingsException.class, () -> Settings.resolve(home, List.of(file.toString()), List.of()));
        assertThat(error.problems())
                .containsExactlyInAnyOrder(
                        "Invalid train.beta: 0 (expected > 0) in " + file + " line 2",
                        "Unknown setting train.sed (did you mean train.seed?) in " + file + " line 3",
                        "Invalid train.lora.rank: null (expected a whole number >= 1) in " + file + " line 4");
    }

    @Test
    void fileThatIsNoHoconIsNamed() throws IOException {
        Path file = write("broken.conf", "train {");
        assertThatThrownBy(() -> Settings.resolve(home, List.of(file.toString()), List.of()))
                .hasMessageContaining("Cannot read settings " + file);
    }

    @Test
    void argumentsTakeTextAsItStands() {
        Settings settings = Settings.resolve(
                null,
                List.of(),
                List.of("train.lora.targets=.*\\.(q|v)_proj$", "train.reference=hdfs://host//a b/adapter"));
        assertThat(settings.train().lora().targets()).isEqualTo(".*\\.(q|v)_proj$");
        assertThat(settings.train().objective().reference()).isEqualTo("hdfs://host//a b/adapter");
    }

    @Test
    void lossesThatCannotGoWithTheOtherSettingsAreRefused() {
        assertThat(problems("train.objective=dpo", "train.loss=hinge", "train.label-smoothing=0.1"))
                .singleElement()
                .asString()
                .contains(
                        "Invalid train.label-smoothing: 0.1 (expected 0 with train.loss=hinge; losses that know it: cdpo");
        assertThat(problems("train.objective=dpo", "train.loss=[sigmoid,aot]"))
                .containsExactly(
                        "Invalid train.batch-size: 1 (expected >= 2 with train.loss=aot or aot_unpaired, which sort"
                                + " the pairs of a micro-batch)");
        assertThat(problems(
                        "train.objective=dpo",
                        "train.loss=aot",
                        "train.batch-size=4",
                        "train.max-tokens-per-batch=4096"))
                .singleElement()
                .asString()
                .startsWith("Invalid train.max-tokens-per-batch: 4096 (expected 0 with train.loss=aot");
        assertThat(problems("train.objective=dpo", "train.loss=exo_pair", "model.precision=fp8"))
                .hasSize(2);
    }

    @Test
    void lossesAreANameOrAWeightedList() {
        Settings settings = Settings.resolve(
                null,
                List.of(),
                List.of(
                        "train.objective=dpo",
                        "train.loss=[sigmoid, bco_pair, sft]",
                        "train.loss-weights=[0.8,0.2,1]"));
        assertThat(settings.train().objective().objective())
                .isEqualTo(new Dpo(
                        0.1,
                        List.of(
                                new Dpo.Weighted(PairLoss.SIGMOID, 0.8),
                                new Dpo.Weighted(PairLoss.BCO_PAIR, 0.2),
                                new Dpo.Weighted(PairLoss.SFT, 1)),
                        DpoOptions.NONE));
    }

    @Test
    void warmupLongerThanTheRunIsAContradiction() {
        assertThat(problems("train.steps=5", "train.warmup-steps=6"))
                .containsExactly("Invalid train.warmup-steps: 6 (expected <= train.steps, which is 5)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            train.warmup-steps=3 train.warmup-ratio=0.1 | Invalid train.warmup-ratio: 0.1 (expected 0 beside train.warmup-steps, which is 3)
            train.min-learning-rate=1e-3 | Invalid train.min-learning-rate: 1e-3 (expected <= train.learning-rate, which is 1.0E-5)
            train.stop.kl-above=0.1 train.kl-rows=0 | Invalid train.stop.kl-above: 0.1 (expected 0 with train.kl-rows=0: no step measures the divergence)
            train.master=kahan | Invalid train.master: kahan (expected fp32 without train.full=true: the factors of an adapter are float32)
            train.lora.tower.targets=(a | Invalid train.lora.tower.targets: (a (expected inherit, none, all-linear or a regular expression: Unclosed group)
            train.lora.tower.targets=none train.lora.projector.targets=none train.lora.language.targets=none | Invalid train.lora.language.targets: none (expected something else than none, as tower and projector have none too)
            """)
    void settingsThatContradictEachOtherAreNamed(String assignments, String message) {
        assertThat(problems(assignments.split(" "))).containsExactly(message);
    }

    private Path write(String name, String text) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static List<String> problems(String... assignments) {
        return catchThrowableOfType(
                        InvalidSettingsException.class, () -> Settings.resolve(null, List.of(), List.of(assignments)))
                .problems();
    }
}
