// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfHeightTest {
    /** Each row is three parts of its own sample and one of the nearest other; half goes down in the upper row, up in the lower. */
    @ParameterizedTest
    @CsvSource({
        "0 0 8 8 100 100, 0 2 6 31 77 100",
        "0 0 8 8 100, 0 2 6 31 77",
        "9 9, 9 9",
        "255, 255",
        "5 5 6 6 5 5, 5 5 6 6 5 5",
        "0 2 6 31 77 100, 0 2 6 31 77 100"
    })
    void repeatedRowsAreSmoothedAndOthersLeft(String decoded, String expected) {
        byte[] samples = ofTwoBands(decoded);
        HalfHeight.smooth(samples, 2, 1, samples.length / 4, 2);
        assertThat(samples).isEqualTo(ofTwoBands(expected));
    }

    /** Two columns, of which the second component's samples are those of the text, row by row; the first component is 7. */
    private static byte[] ofTwoBands(String text) {
        String[] levels = text.split(" ");
        byte[] samples = new byte[4 * levels.length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) (i % 2 == 0 ? 7 : Integer.parseInt(levels[i / 4]));
        }
        return samples;
    }
}
