// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.image.ImageDecoder.Orientation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SizeLimitsTest {
    private static final Path IMAGES = Path.of("src/test/resources/golden/images");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "large.jpg",
                "tall.jpg",
                "wide.png",
                "extreme-wide.png",
                "png-rgb.png",
                "jpeg-420.jpg",
                "one-pixel.png"
            })
    void picturesAreMadeSmallerAsPillowMakesThem(String file) throws Exception {
        byte[] encoded = Files.readAllBytes(IMAGES.resolve(file));
        JsonElement golden = JsonParser.parseString(Files.readString(IMAGES.resolve("limited.json")));
        for (JsonElement each : golden.getAsJsonArray()) {
            JsonObject expected = each.getAsJsonObject();
            if (expected.get("file").getAsString().equals(file)) {
                assertLike(expected, encoded);
            }
        }
    }

    private static void assertLike(JsonObject expected, byte[] encoded) throws Exception {
        SizeLimits limits = new SizeLimits(
                expected.get("longest_edge").getAsInt(), expected.get("pixels").getAsInt());
        RgbImage image = new ImageDecoder(Orientation.APPLY, Transparency.OVER_WHITE, 100_000, limits).decode(encoded);
        assertThat(new int[] {image.height(), image.width()})
                .as(expected::toString)
                .containsExactly(
                        expected.get("height").getAsInt(), expected.get("width").getAsInt());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(image.pixels());
        assertThat(HexFormat.of().formatHex(digest))
                .as(expected::toString)
                .isEqualTo(expected.get("sha256").getAsString());
        TurnedSize size = new ImageDecoder(Orientation.APPLY, Transparency.OVER_WHITE, 100_000, limits).size(encoded);
        RgbImage whole = new ImageDecoder(Orientation.APPLY, 100_000).decode(encoded);
        assertThat(size)
                .isEqualTo(new TurnedSize(
                        new ImageSize(image.height(), image.width()), new ImageSize(whole.height(), whole.width()), 1));
    }

    @Test
    void limitsAreNotNegative() {
        assertThatThrownBy(() -> new SizeLimits(-1, 0))
                .hasMessageContaining("longest edge -1, pixels 0 (expected 0 or more)");
    }
}
