// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BicubicTest {
    private static final byte[] COLOUR = {122, 116, 104};

    @ParameterizedTest
    @CsvSource({"40, 60, 20, 30", "40, 60, 97, 61", "7, 300, 30, 30", "1, 1, 5, 3"})
    void windowIsAPartOfTheWhole(int height, int width, int newHeight, int newWidth) {
        RgbImage image = random(height, width);
        PlanarImage whole = Bicubic.of(image, newHeight, newWidth).whole();
        int top = newHeight / 3;
        int left = newWidth / 4;
        int windowHeight = newHeight - top;
        int windowWidth = newWidth - left - newWidth / 5;
        byte[] cut = new byte[3 * windowHeight * windowWidth];
        whole.draw(cut, 0, windowHeight, windowWidth, -top, -left);
        assertThat(Bicubic.of(image, newHeight, newWidth)
                        .window(top, left, windowHeight, windowWidth)
                        .planes())
                .isEqualTo(cut);
    }

    @ParameterizedTest
    @CsvSource({"20, 33", "33, 20", "21, 21"})
    void squareIsThePictureOnAGround(int height, int width) {
        RgbImage image = random(height, width);
        int side = Math.max(height, width);
        byte[] ground = new byte[3 * side * side];
        for (int i = 0; i < ground.length; i++) {
            ground[i] = COLOUR[i % 3];
        }
        for (int y = 0; y < height; y++) {
            int target = 3 * (((side - height) / 2 + y) * side + (side - width) / 2);
            System.arraycopy(image.pixels(), 3 * y * width, ground, target, 3 * width);
        }
        assertThat(Bicubic.ofSquare(image, COLOUR, 14, 14).whole().planes())
                .isEqualTo(Bicubic.of(new RgbImage(ground, side, side), 14, 14)
                        .whole()
                        .planes());
    }

    @Test
    void sameSizeChangesNothing() {
        RgbImage image = random(13, 17);
        byte[] planes = Bicubic.of(image, 13, 17).whole().planes();
        for (int i = 0; i < image.pixels().length; i++) {
            assertThat(planes[i % 3 * 13 * 17 + i / 3]).isEqualTo(image.pixels()[i]);
        }
    }

    @Test
    void drawingOutsideTheTileLeavesItAsItIs() {
        byte[] tile = new byte[3 * 4 * 4];
        Bicubic.of(random(5, 5), 3, 3).whole().draw(tile, 0, 4, 4, 0, 4);
        Bicubic.of(random(5, 5), 3, 3).whole().draw(tile, 0, 4, 4, -3, 0);
        assertThat(tile).containsOnly(0);
    }

    private static RgbImage random(int height, int width) {
        byte[] pixels = new byte[3 * height * width];
        new Random(height * 1000L + width).nextBytes(pixels);
        return new RgbImage(pixels, height, width);
    }
}
