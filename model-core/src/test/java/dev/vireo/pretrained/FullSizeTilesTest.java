// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ImageDecoder.Orientation;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.model.ModelFamily;
import dev.vireo.model.llava.Llava;
import dev.vireo.model.llavanext.LlavaNext;
import dev.vireo.model.llavaonevision.LlavaOnevision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published models' processors, at 336 and 384 pixels a side. */
class FullSizeTilesTest {
    private static final Path IMAGES = Path.of("src/test/resources/golden/images");

    @ParameterizedTest
    @ValueSource(
            strings = {"large.jpg", "tall.jpg", "wide.png", "jpeg-progressive.jpg", "png-rgb.png", "one-pixel.png"})
    void tilesHaveTheDigestOfTransformers(String file) throws Exception {
        JsonObject golden = JsonParser.parseString(Files.readString(IMAGES.resolve("full-size.json")))
                .getAsJsonObject();
        byte[] encoded = Files.readAllBytes(IMAGES.resolve(file));
        RgbImage image = new ImageDecoder(Orientation.APPLY, Long.MAX_VALUE).decode(encoded);
        assertDigest(processor(new Llava(), "LlavaImageProcessor"), image, golden.getAsJsonObject("llava"), file);
        assertDigest(
                processor(new LlavaNext(), "LlavaNextImageProcessor"),
                image,
                golden.getAsJsonObject("llava_next"),
                file);
        assertDigest(onevision(), image, golden.getAsJsonObject("llava_onevision"), file);
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
        String settings = "{\"image_processor_type\": \"LlavaOnevisionImageProcessor\"}";
        return new LlavaOnevision()
                .images(
                        ModelConfig.parse("{\"model_type\": \"llava_onevision\"}", "config.json"),
                        ProcessorSettings.parse(settings, "preprocessor_config.json"));
    }

    private static ImageProcessor processor(ModelFamily family, String type) {
        ModelConfig config = ModelConfig.parse("{\"model_type\": \"" + family.modelType() + "\"}", "config.json");
        ProcessorSettings settings = ProcessorSettings.parse(
                "{\"image_processor_type\": \"" + type
                        + "\", \"size\": {\"shortest_edge\": 336}, \"crop_size\": {\"height\": 336, \"width\": 336}}",
                "preprocessor_config.json");
        return family.images(config, settings);
    }

    private static void assertDigest(ImageProcessor processor, RgbImage image, JsonObject golden, String file)
            throws Exception {
        ProcessedImage processed = processor.process(image);
        JsonElement shape = golden.getAsJsonObject(file).get("shape");
        assertThat(processed.tileCount())
                .isEqualTo(shape.getAsJsonArray().get(0).getAsInt());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(processed.tiles());
        assertThat(HexFormat.of().formatHex(digest))
                .isEqualTo(golden.getAsJsonObject(file).get("sha256").getAsString());
    }
}
