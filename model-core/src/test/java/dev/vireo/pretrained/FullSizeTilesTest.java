// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.model.Golden;
import dev.vireo.model.ModelFamily;
import dev.vireo.model.idefics2.Idefics2;
import dev.vireo.model.idefics3.Idefics3;
import dev.vireo.model.llava.Llava;
import dev.vireo.model.llavanext.LlavaNext;
import dev.vireo.model.llavaonevision.LlavaOnevision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The published models' processors, with pictures of usual sizes among others. */
class FullSizeTilesTest {
    private static final Path IMAGES = Path.of("src/test/resources/golden/images");
    private static final String SIDE_336 =
            "\"size\": {\"shortest_edge\": 336}, \"crop_size\": {\"height\": 336, \"width\": 336}";

    static Stream<Arguments> published() {
        return Stream.of(
                Arguments.of("llava", processor(new Llava(), "LlavaImageProcessor")),
                Arguments.of("llava_next", processor(new LlavaNext(), "LlavaNextImageProcessor")),
                Arguments.of("llava_onevision", onevision()),
                Arguments.of("idefics2", idefics2(true)),
                Arguments.of("idefics2-unsplit", idefics2(false)),
                Arguments.of("idefics3", idefics3(364, 14, 2, true)),
                Arguments.of("idefics3-unsplit", idefics3(364, 14, 2, false)),
                Arguments.of("smolvlm", idefics3(512, 16, 4, true)));
    }

    @ParameterizedTest
    @MethodSource("published")
    void tilesAndTokensAreThoseOfTransformers(String label, ImageProcessor processor) throws Exception {
        JsonObject golden = JsonParser.parseString(Files.readString(IMAGES.resolve("full-size.json")))
                .getAsJsonObject()
                .getAsJsonObject(label);
        assertThat(golden.keySet()).hasSizeGreaterThan(8);
        for (String name : golden.keySet()) {
            RgbImage image = name.contains(".") ? Golden.decoded(name, processor.transparency()) : drawn(name);
            assertGolden(processor, image, golden.getAsJsonObject(name), name);
        }
    }

    /** By the formula of tools/golden/processed.py. */
    private static RgbImage drawn(String size) {
        int height = Integer.parseInt(size.substring(0, size.indexOf('x')));
        int width = Integer.parseInt(size.substring(size.indexOf('x') + 1));
        byte[] pixels = new byte[3 * height * width];
        for (int y = 0, at = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixels[at++] = (byte) (3 * x + 2 * y);
                pixels[at++] = (byte) (x * y / 97);
                pixels[at++] = (byte) ((x / 9 + y / 13) * 37);
            }
        }
        return new RgbImage(pixels, height, width);
    }

    private static void assertGolden(ImageProcessor processor, RgbImage image, JsonObject golden, String name)
            throws Exception {
        ProcessedImage processed = processor.process(image);
        assertThat(processed.tileCount()).as(name).isEqualTo(golden.get("tiles").getAsInt());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(processed.tiles());
        assertThat(HexFormat.of().formatHex(digest))
                .as(name)
                .isEqualTo(golden.get("sha256").getAsString());
        if (golden.has("image_tokens")) {
            JsonElement placeholders = golden.get("image_placeholders");
            assertThat(processor.span(image.height(), image.width(), 1))
                    .as(name)
                    .isEqualTo(new ImageSpan(
                            golden.get("image_tokens").getAsInt(), placeholders == null ? 1 : placeholders.getAsInt()));
        }
    }

    // counts by transformers 4.57, published sizes
    @ParameterizedTest
    @CsvSource({
        "336, 336, 1176",
        "480, 640, 2340",
        "640, 480, 2352",
        "899, 1024, 2634",
        "672, 672, 2928",
        "300, 1200, 1890",
        "1080, 1920, 1948"
    })
    void tokensOfPublishedSizes(int height, int width, int tokens) {
        assertThat(processor(new LlavaNext(), "LlavaNextImageProcessor").imageTokens(height, width))
                .isEqualTo(tokens);
        assertThat(processor(new Llava(), "CLIPImageProcessor").imageTokens(height, width))
                .isEqualTo(576);
    }

    // counts by transformers 4.57, published size
    @ParameterizedTest
    @CsvSource({
        "384, 384, 1, 1485",
        "480, 640, 1, 2929",
        "899, 1024, 1, 6551",
        "1080, 1920, 1, 7269",
        "2304, 2304, 1, 7371",
        "899, 1024, 2, 730"
    })
    void tokensOfPublishedSizesOfOneVision(int height, int width, int rowImages, int tokens) {
        assertThat(onevision().imageTokens(height, width, rowImages)).isEqualTo(tokens);
    }

    private static ImageProcessor onevision() {
        return processor(
                new LlavaOnevision(),
                "{\"model_type\": \"llava_onevision\"}",
                "{\"image_processor_type\": \"LlavaOnevisionImageProcessor\"}");
    }

    private static ImageProcessor processor(ModelFamily family, String type) {
        return processor(
                family,
                "{\"model_type\": \"" + family.modelType() + "\"}",
                "{\"image_processor_type\": \"" + type + "\", " + SIDE_336 + "}");
    }

    private static ImageProcessor idefics2(boolean splitting) {
        String model = "{\"model_type\": \"idefics2\", \"vision_config\": {\"image_size\": 980, \"patch_size\": 14}}";
        String settings =
                "{\"image_processor_type\": \"Idefics2ImageProcessor\", \"do_image_splitting\": " + splitting + "}";
        return processor(new Idefics2(), model, settings);
    }

    private static ImageProcessor idefics3(int side, int patch, int scale, boolean splitting) {
        String model =
                "{\"model_type\": \"idefics3\", \"scale_factor\": %d, \"vision_config\": {\"image_size\": %d, \"patch_size\": %d}}"
                        .formatted(scale, side, patch);
        String settings =
                "{\"image_processor_type\": \"Idefics3ImageProcessor\", \"do_image_splitting\": %b, \"size\": {\"longest_edge\": %d}, \"max_image_size\": {\"longest_edge\": %d}}"
                        .formatted(splitting, 4 * side, side);
        return processor(new Idefics3(), model, settings);
    }

    private static ImageProcessor processor(ModelFamily family, String model, String settings) {
        return family.images(
                ModelConfig.parse(model, "config.json"), ProcessorSettings.parse(settings, "preprocessor_config.json"));
    }
}
