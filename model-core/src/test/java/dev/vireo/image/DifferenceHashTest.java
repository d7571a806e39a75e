// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.image.ImageDecoder.Orientation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DifferenceHashTest {
    private static final Path IMAGES = Path.of("src/test/resources/golden/images");
    private static final ImageDecoder DECODER = new ImageDecoder(Orientation.APPLY, 100_000);

    @Test
    void bitsAreThoseOfImageHash() throws IOException {
        JsonObject golden = JsonParser.parseString(Files.readString(IMAGES.resolve("hashes.json")))
                .getAsJsonObject();
        assertThat(golden.size()).isGreaterThan(25);
        for (String file : golden.keySet()) {
            byte[] encoded = Files.readAllBytes(IMAGES.resolve(file));
            assertThat(String.format("%016x", DifferenceHash.of(DECODER.decode(encoded))))
                    .as(file)
                    .isEqualTo(golden.get(file).getAsString());
        }
    }

    @Test
    void headerTellsTheSizeOfTheDecodedPicture() throws IOException {
        for (Orientation orientation : Orientation.values()) {
            ImageDecoder decoder = new ImageDecoder(orientation, 100_000);
            for (String file : new String[] {"jpeg-exif-3.jpg", "jpeg-exif-6.jpg", "jpeg-exif-8.jpg", "png-tall.png"}) {
                byte[] encoded = Files.readAllBytes(IMAGES.resolve(file));
                RgbImage decoded = decoder.decode(encoded);
                ImageSize size = decoder.size(encoded).size();
                assertThat(size.height()).as(file).isEqualTo(decoded.height());
                assertThat(size.width()).as(file).isEqualTo(decoded.width());
            }
        }
    }
}
