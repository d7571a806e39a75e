// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes that are shipped in {@code conf/} and {@code conf/recipes/}. */
class RecipesTest {
    private static final Path HOME = Path.of("").toAbsolutePath().getParent();

    static List<String> recipes() throws IOException {
        Path conf = HOME.resolve("conf");
        try (Stream<Path> files = Files.walk(conf, 2)) {
            return files.map(file -> conf.relativize(file).toString())
                    .filter(name -> name.endsWith(".conf"))
                    .map(name -> name.replaceFirst("\\.conf$", ""))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void everyRecipeIsFoundByItsNameAndValid(String name) {
        Settings settings = Settings.resolve(HOME, List.of(name), List.of());
        assertThat(settings.written()).isNotEqualTo(Settings.defaults().written());
    }

    @Test
    void nightlyContinuesDpoWithPairsOfTheModelsOwn() {
        Settings settings = Settings.resolve(HOME, List.of("nightly"), List.of());
        assertThat(settings.written())
                .containsEntry("train.objective", "dpo")
                .containsEntry("train.reference", "start")
                .containsEntry("train.accumulation", "16")
                .containsEntry("generate.critic", "self")
                .containsEntry("generate.samples", "2");
    }
}
