// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizingTest {
    private static final byte[] COLOUR = {122, 116, 104};

    @ParameterizedTest
    @CsvSource({"40, 60, 20, 30", "40, 60, 97, 61", "7, 300, 30, 30", "1, 1, 5, 3"})
    void windowIsAPartOfTheWhole(int height, int width, int newHeight, int newWidth) {
        RgbImage image = random(height, width);
        PlanarImage whole =
                Resizing.of(Filter.BICUBIC, image, newHeight, newWidth).whole();
        int top = newHeight / 3;
        int left = newWidth / 4;
        int windowHeight = newHeight - top;
        int windowWidth = newWidth - left - newWidth / 5;
        byte[] cut = new byte[3 * windowHeight * windowWidth];
        whole.draw(cut, 0, windowHeight, windowWidth, -top, -left);
        assertThat(Resizing.of(Filter.BICUBIC, image, newHeight, newWidth)
                        .window(top, left, windowHeight, windowWidth)
                        .planes())
                .isEqualTo(cut);
    }

    /** Sizes that end within, at and behind the batches of rows and the strips of columns. */
    @ParameterizedTest
    @CsvSource({
        "200, 150, 130, 199",
        "129, 64, 64, 8",
        "64, 192, 301, 64",
        "3, 900, 2, 7",
        "900, 3, 7, 65",
        "70, 90, 1, 1"
    })
    void levelsAreTheRoundedSumsAlongXAndThenAlongY(int height, int width, int newHeight, int newWidth) {
        RgbImage image = random(height, width);
        ResizingAxis columns = ResizingAxis.of(Filter.BICUBIC, width, newWidth, 0, newWidth);
        ResizingAxis lines = ResizingAxis.of(Filter.BICUBIC, height, newHeight, 0, newHeight);
        byte[] planes =
                Resizing.of(Filter.BICUBIC, image, newHeight, newWidth).whole().planes();
        for (int channel = 0; channel < 3; channel++) {
            int[] narrowed = new int[height * newWidth];
            for (int i = 0; i < narrowed.length; i++) {
                int first = 3 * (i / newWidth * width + columns.first(i % newWidth)) + channel;
                narrowed[i] = level(columns, i % newWidth, tap -> image.pixels()[first + 3 * tap] & 255);
            }
            byte[] plane = new byte[newHeight * newWidth];
            for (int i = 0; i < plane.length; i++) {
                int first = lines.first(i / newWidth) * newWidth + i % newWidth;
                plane[i] = (byte) level(lines, i / newWidth, tap -> narrowed[first + tap * newWidth]);
            }
            int from = channel * plane.length;
            assertThat(Arrays.copyOfRange(planes, from, from + plane.length)).isEqualTo(plane);
        }
    }

    private static int level(ResizingAxis axis, int output, IntUnaryOperator input) {
        int sum = 1 << (axis.precision() - 1);
        for (int tap = 0; tap < axis.count(output); tap++) {
            sum += axis.weights()[axis.offset(output) + tap] * input.applyAsInt(tap);
        }
        return Math.min(Math.max(sum >> axis.precision(), 0), 255);
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
        assertThat(Resizing.ofSquare(Filter.BICUBIC, image, COLOUR, 14, 14)
                        .whole()
                        .planes())
                .isEqualTo(Resizing.of(Filter.BICUBIC, new RgbImage(ground, side, side), 14, 14)
                        .whole()
                        .planes());
    }

    @Test
    void sameSizeChangesNothing() {
        RgbImage image = random(13, 17);
        byte[] planes = Resizing.of(Filter.BICUBIC, image, 13, 17).whole().planes();
        for (int i = 0; i < image.pixels().length; i++) {
            assertThat(planes[i % 3 * 13 * 17 + i / 3]).isEqualTo(image.pixels()[i]);
        }
    }

    @Test
    void drawingOutsideTheTileLeavesItAsItIs() {
        byte[] tile = new byte[3 * 4 * 4];
        Resizing.of(Filter.BICUBIC, random(5, 5), 3, 3).whole().draw(tile, 0, 4, 4, 0, 4);
        Resizing.of(Filter.BICUBIC, random(5, 5), 3, 3).whole().draw(tile, 0, 4, 4, -3, 0);
        assertThat(tile).containsOnly(0);
    }

    private static RgbImage random(int height, int width) {
        byte[] pixels = new byte[3 * height * width];
        new Random(height * 1000L + width).nextBytes(pixels);
        return new RgbImage(pixels, height, width);
    }
}
