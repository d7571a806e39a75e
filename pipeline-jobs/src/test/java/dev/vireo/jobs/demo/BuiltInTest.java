// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tokenization.TextTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltInTest {
    private static final long MOST_BYTES = 8_000_000;

    @TempDir
    Path folder;

    @Test
    void modelIsSmallAndWholeAndInBfloat16() throws IOException {
        BuiltIn.writeModel(Storage.of(new Configuration()), folder.toString());
        assertThat(Files.size(folder.resolve("model.safetensors"))).isLessThan(MOST_BYTES);
        assertThat(PretrainedModel.open(folder).config().modelType()).isEqualTo("llava_next");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.names())
                    .allMatch(name -> checkpoint.info(name).type() == StoredType.BF16);
        }
    }

    @Test
    void everyWordOfTheWorldIsOneToken() throws IOException {
        BuiltIn.writeModel(Storage.of(new Configuration()), folder.toString());
        try (TextTokenizer tokenizer = TextTokenizer.open(folder)) {
            String text = "A purple star at the bottom right, an orange square at the left.";
            assertThat(tokenizer.encode(text)).hasSize(15);
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
            assertThat(tokenizer.decode(tokenizer.encode("Ein Haus? Größe 7!"))).isEqualTo("Ein Haus? Größe 7!");
        }
    }

    @Test
    void recipeIsValid() throws IOException {
        Path recipe = BuiltIn.settings();
        Settings settings = Settings.resolve(null, List.of(recipe.toString()), List.of());
        Files.delete(recipe);
        assertThat(settings.train().batch().workers()).isEqualTo(2);
    }
}
