// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.google.gson.JsonObject;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.Spelling;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.image.RgbImage;
import dev.vireo.image.Transparency;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenScores;
import dev.vireo.model.Measured;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.tensor.Precision;
import dev.vireo.tokenization.PairTokenizer;
import dev.vireo.tokenization.PairTokenizer.Bos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints under the names of every generation, in every type and in both spellings of their settings, are one model. */
class WeightGenerationsTest {
    private static final String ROW = "blanks";

    @TempDir
    private Path directory;

    /** Each checkpoint in each generation of its family, with types, one file or several, taking turns. */
    static Stream<Arguments> generations() {
        List<Arguments> all = new ArrayList<>();
        List<StoredType> types = List.of(StoredType.F32, StoredType.F16, StoredType.BF16);
        for (String name : Golden.names().toList()) {
            for (String generation :
                    Golden.of(name).json("names.json").getAsJsonObject().keySet()) {
                all.add(Arguments.of(name, generation, types.get(all.size() % types.size())));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("generations")
    void everyGenerationGivesTheLogitsOfTheCurrentOne(String name, String generation, StoredType type)
            throws Exception {
        Golden golden = Golden.of(name);
        Spelling current = new Spelling(golden, Files.createDirectory(directory.resolve("current")));
        current.currentFiles();
        current.weights("saved", type, StoredType.F32);
        Spelling other = new Spelling(golden, Files.createDirectory(directory.resolve("other")));
        boolean older = List.of("a", "b", "0").contains(generation);
        if (older) {
            other.olderFiles(generation.equals("b") ? "chat_template.json" : "tokenizer_config.json");
        } else {
            other.currentFiles();
        }
        other.weights(generation, type, type);
        assertThat(logits(golden, other.directory())).isEqualTo(logits(golden, current.directory()));
        PretrainedModel model = PretrainedModel.open(other.directory());
        RgbImage picture = Golden.decoded("large.jpg", Transparency.OVER_WHITE);
        assertThat(model.images().process(picture).tiles())
                .isEqualTo(PretrainedModel.open(golden.model())
                        .images()
                        .process(picture)
                        .tiles());
        assertThat(prompt(other.directory())).isEqualTo(prompt(golden.model()));
        Measured.found(name, "load", generation.equals("saved") ? "5.23" : generation);
    }

    private static float[] logits(Golden golden, Path model) {
        try (VisionLanguageModel loaded = PretrainedModel.open(model).loader().frozen(Device.cpu(), Precision.FP32)) {
            return GoldenScores.logits(loaded, golden.row(ROW));
        }
    }

    private static String prompt(Path model) {
        try (PairTokenizer tokenizer = PretrainedModel.open(model).tokenizer(null, Bos.TEMPLATE)) {
            return tokenizer.template();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llava15-tiny",
                "llavanext-vicuna",
                "onevision-tied",
                "paligemma-tiny",
                "idefics2-tiny",
                "idefics3-tiny",
                "smolvlm-tiny"
            })
    void whatIsSavedHasTheCurrentNamesAndSpelling(String name) throws Exception {
        Golden golden = Golden.of(name);
        JsonObject names = golden.json("names.json").getAsJsonObject();
        Spelling older = new Spelling(golden, Files.createDirectory(directory.resolve("older")));
        older.olderFiles("chat_template.json");
        older.weights(names.has("0") ? "0" : "a", StoredType.F32, StoredType.F32);
        Path saved = directory.resolve("saved");
        ModelExport.write(PretrainedModel.open(older.directory()), java.util.Map.of(), StoredType.F32, saved);
        List<String> wanted = new ArrayList<>();
        names.getAsJsonArray("saved").forEach(each -> wanted.add(each.getAsString()));
        try (Checkpoint checkpoint = Checkpoint.open(saved)) {
            assertThat(checkpoint.names().stream().map(checkpoint::storedName))
                    .containsExactlyInAnyOrderElementsOf(wanted);
        }
        String config = Files.readString(saved.resolve("config.json"));
        assertThat(config).contains("\"rope_parameters\"", "\"dtype\"").doesNotContain("torch_dtype");
        assertThat(ModelConfig.read(saved).number("text_config.rope_parameters.rope_theta"))
                .isEqualTo(ModelConfig.read(golden.model()).number("text_config.rope_parameters.rope_theta"));
        assertThat(logits(golden, saved)).isEqualTo(logits(golden, golden.model()));
    }
}
