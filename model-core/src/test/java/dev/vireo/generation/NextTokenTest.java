// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NextTokenTest {
    private static final int DRAWS = 40_000;
    /** Five standard deviations of a frequency near one half in so many draws. */
    private static final double FREQUENCY = 5 * 0.5 / Math.sqrt(DRAWS);

    private static final double[] LOGITS = {0.3, -1.2, 2.1, 0.9, 2.1, -3.0, 1.4, 0.0};

    /** temperature, topK, topP, and the expected probabilities by the definitions, worked out token by token below. */
    @ParameterizedTest
    @CsvSource({"1.0,0,1.0", "0.7,0,1.0", "1.0,3,1.0", "1.0,0,0.8", "1.5,5,0.9", "2.0,1,1.0", "1.0,0,0.01"})
    void drawsFollowTheFilteredDistribution(double temperature, int topK, double topP) {
        var sampling = new Sampling(1, temperature, topP, topK, 1, 0);
        double[] expected = distribution(LOGITS, temperature, topK, topP);
        double[] counts = new double[LOGITS.length];
        var next = new NextToken(sampling);
        Logits logits = logits(temperature, LOGITS);
        for (int i = 0; i < DRAWS; i++) {
            counts[next.choose(logits, 0, new Draws(7, "row", i))] += 1.0 / DRAWS;
        }
        for (int token = 0; token < counts.length; token++) {
            assertThat(counts[token]).as("token " + token).isCloseTo(expected[token], within(FREQUENCY));
            if (expected[token] == 0) {
                assertThat(counts[token]).isZero();
            }
        }
    }

    @Test
    void temperatureZeroTakesTheLowestOfTheMostLikely() {
        var next = new NextToken(Sampling.greedy(1));
        assertThat(next.choose(logits(1, LOGITS), 0, new Draws(0, "row", 0))).isEqualTo(2);
    }

    @Test
    void narrowNucleusOfALargeVocabularyIsFoundWithoutTheTail() {
        double[] many = new Random(3).doubles(5000, -4, 4).toArray();
        many[4321] = 9;
        double[] expected = distribution(many, 1, 0, 0.6);
        var next = new NextToken(new Sampling(1, 1, 0.6, 0, 1, 0));
        Logits logits = logits(1, many);
        for (int i = 0; i < 2000; i++) {
            assertThat(expected[next.choose(logits, 0, new Draws(1, "row", i))]).isPositive();
        }
    }

    @Test
    void logProbabilityIsThatAtTemperatureOne() {
        assertThat(logits(0.5, LOGITS).logProb(0, 3))
                .isCloseTo(Math.log(distribution(LOGITS, 1, 0, 1)[3]), within(1e-6));
    }

    private static Logits logits(double temperature, double... values) {
        float[] logits = new float[values.length];
        double plain = 0;
        double tempered = 0;
        for (int i = 0; i < values.length; i++) {
            logits[i] = (float) values[i];
            plain += Math.exp(values[i]);
            tempered += Math.exp(values[i] / temperature);
        }
        return new Logits(logits, new float[] {(float) Math.log(plain), (float) Math.log(tempered)});
    }

    /** The definitions, by repeated search of the largest. */
    private static double[] distribution(double[] logits, double temperature, int topK, double topP) {
        int n = logits.length;
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            weights[i] = Math.exp(logits[i] / temperature);
        }
        double[] kept = keepLargest(weights, topK == 0 ? n : topK, Double.POSITIVE_INFINITY);
        kept = topP == 1 ? kept : keepLargest(kept, n, topP * sum(kept));
        double total = sum(kept);
        for (int i = 0; i < n; i++) {
            kept[i] /= total;
        }
        return kept;
    }

    private static double[] keepLargest(double[] weights, int count, double mass) {
        double[] kept = new double[weights.length];
        double sum = 0;
        for (int k = 0; k < count && sum < mass; k++) {
            int best = -1;
            for (int i = 0; i < weights.length; i++) {
                if (kept[i] == 0 && weights[i] > 0 && (best < 0 || weights[i] > weights[best])) {
                    best = i;
                }
            }
            if (best < 0) {
                break;
            }
            kept[best] = weights[best];
            sum += weights[best];
        }
        return kept;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
