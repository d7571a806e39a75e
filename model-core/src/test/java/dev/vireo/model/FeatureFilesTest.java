// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.batch.Sample;
import dev.vireo.generation.PairScore;
import dev.vireo.generation.SequenceScores;
import dev.vireo.image.ProcessedImage;
import dev.vireo.nn.Block.Weights;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeatureFilesTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Precision.class)
    void keptFeaturesScoreAsComputedOnes(Precision precision) throws IOException {
        Golden golden = Golden.of("llavanext-tiny");
        List<Sample> rows = List.of(golden.row("plain"), golden.row("two-images"));
        try (VisionLanguageModel model = GoldenModels.load(golden, precision)) {
            SequenceScores scores = new SequenceScores(model, Weights.BASE);
            List<PairScore> computed = List.of(
                    scores.of(rows.subList(0, 1)).get(0),
                    scores.of(rows.subList(1, 2)).get(0));
            model.keepFeatures(FeatureFiles.open(folder, model.encoderHash(), MIB));
            List<PairScore> making = scores.of(rows);
            assertThat(files()).hasSize(3);
            List<PairScore> reading = scores.of(rows);
            assertThat(reading).isEqualTo(making);
            assertThat(making.get(0).chosenLogps()).isCloseTo(computed.get(0).chosenLogps(), offset(precision));
            assertThat(making.get(1).rejectedLogps()).isCloseTo(computed.get(1).rejectedLogps(), offset(precision));
        }
    }

    /** Another number of rows in a multiplication may round otherwise. */
    private static org.assertj.core.data.Offset<Double> offset(Precision precision) {
        return org.assertj.core.api.Assertions.within(precision == Precision.BF16 ? 0.3 : 1e-3);
    }

    @Test
    void featuresOfOtherWeightsPicturesOrDamagedFilesAreNotFound() throws IOException {
        FeatureFiles files = FeatureFiles.open(folder, "maker", MIB);
        ProcessedImage image = image(1);
        byte[] features = {1, 2, 3, 4};
        files.keep(image, features);
        assertThat(files.find(image, 4)).contains(features);
        assertThat(files.find(image, 6)).isEmpty();
        assertThat(files.find(image(2), 4)).isEmpty();
        assertThat(FeatureFiles.open(folder, "other", MIB).find(image, 4)).isEmpty();
        byte[] stored = Files.readAllBytes(files().get(0));
        stored[2] ^= 1;
        Files.write(files().get(0), stored);
        assertThat(files.find(image, 4)).isEmpty();
    }

    @Test
    void noMoreIsKeptThanThereIsSpaceFor() throws IOException {
        FeatureFiles files = FeatureFiles.open(folder, "maker", 100);
        for (int i = 0; i < 5; i++) {
            files.keep(image(i), new byte[30]);
        }
        assertThat(files()).hasSize(2);
        FeatureFiles.open(folder, "maker", 100);
        assertThat(files()).as("opening leaves half of the space free").hasSize(1);
    }

    private static ProcessedImage image(int value) {
        byte[] tiles = new byte[3 * 4];
        tiles[0] = (byte) value;
        return new ProcessedImage(tiles, 1, 2, 2, 2, 2);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.toList();
        }
    }
}
