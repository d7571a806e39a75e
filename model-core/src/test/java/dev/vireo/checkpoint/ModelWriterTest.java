// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelWriterTest {
    private static final Path SOURCE = Path.of("src/test/resources/golden/llavanext-tiny/model");

    @TempDir
    private Path directory;

    @Test
    void largeModelsAreWrittenInShardsWithAnIndex() {
        Path target = directory.resolve("model");
        try (Checkpoint source = Checkpoint.open(SOURCE)) {
            new ModelWriter(source, Map.of(), StoredType.F32).write(target, 200_000);
        }
        assertThat(target)
                .isDirectoryContaining("glob:**/model-00001-of-0000?.safetensors")
                .isDirectoryContaining("glob:**/model-00002-of-0000?.safetensors");
        assertThat(target.resolve("model.safetensors")).doesNotExist();
        assertThat(Fingerprint.weights(target)).isEqualTo(Fingerprint.weights(SOURCE));
    }
}
