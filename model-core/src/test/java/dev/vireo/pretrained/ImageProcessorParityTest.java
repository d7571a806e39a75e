// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.model.Golden;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tiles and token counts of every golden picture against transformers' torchvision processors. */
class ImageProcessorParityTest {
    static Stream<Arguments> pictures() {
        List<Arguments> pictures = new ArrayList<>();
        for (String name : Golden.names().toList()) {
            Golden.of(name).json("images.json").getAsJsonObject().keySet().stream()
                    .sorted()
                    .forEach(file -> pictures.add(Arguments.of(name, file)));
        }
        return pictures.stream();
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void tilesAndTokensAreThoseOfTransformers(String name, String file) {
        Golden golden = Golden.of(name);
        PretrainedModel model = PretrainedModel.open(golden.model());
        JsonObject about = golden.json("images.json").getAsJsonObject().getAsJsonObject(file);
        RgbImage image = Golden.decoded(file, model.images().transparency());
        assertThat(image.height()).isEqualTo(about.get("image_height").getAsInt());
        assertThat(image.width()).isEqualTo(about.get("image_width").getAsInt());
        ProcessedImage processed = model.images().process(image);
        assertThat(processed.tileCount()).isEqualTo(about.get("tiles").getAsInt());
        assertThat(model.images().imageTokens(image.height(), image.width()))
                .isEqualTo(about.get("image_tokens").getAsInt());
        assertThat(model.images().span(image.height(), image.width(), 1).placeholders())
                .isEqualTo(
                        about.has("image_placeholders")
                                ? about.get("image_placeholders").getAsInt()
                                : 1);
        if (Files.exists(golden.path("images.safetensors"))) {
            assertSame(processed, SafetensorsFile.open(golden.path("images.safetensors")), file);
        }
        if (golden.hasDigests()) {
            assertThat(digest(processed)).isEqualTo(about.get("sha256").getAsString());
            requireAmongOthers(model, image, about);
        }
    }

    private static void requireAmongOthers(PretrainedModel model, RgbImage image, JsonObject about) {
        ProcessedImage processed = model.images().process(image, 2);
        assertThat(processed.tileCount())
                .isEqualTo(about.get("tiles_among_others").getAsInt());
        assertThat(model.images().imageTokens(image.height(), image.width(), 2))
                .isEqualTo(about.get("image_tokens_among_others").getAsInt());
        assertThat(digest(processed)).isEqualTo(about.get("sha256_among_others").getAsString());
    }

    private static String digest(ProcessedImage processed) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(processed.tiles()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertSame(ProcessedImage processed, SafetensorsFile tiles, String file) {
        assertThat(tiles.tensors().get(file).shape())
                .isEqualTo(List.of(
                        (long) processed.tileCount(),
                        3L,
                        (long) processed.tileSizes().get(0).height(),
                        (long) processed.tileSizes().get(0).width()));
        ByteBuffer expected = tiles.bytes(file);
        int different = 0;
        int worst = 0;
        for (byte level : processed.tiles()) {
            int distance = Math.abs((level & 0xff) - (expected.get() & 0xff));
            worst = Math.max(worst, distance);
            different += distance > 0 ? 1 : 0;
        }
        assertThat(different)
                .as("levels of %s that differ, by up to %d, of %d", file, worst, processed.tiles().length)
                .isZero();
    }
}
