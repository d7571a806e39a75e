// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExchangeTest {
    /** Lengths that are empty, shorter than the world, odd, and several pieces for each rank. */
    private static final int[] LENGTHS = {0, 1, 3, 1001, 65_536, 1_234_567};

    @ParameterizedTest
    @CsvSource({"1,true", "2,true", "3,true", "4,true", "1,false", "2,false", "3,false", "4,false"})
    void sumsAreThoseInRankOrderToTheBitOnEveryRank(int worldSize, boolean sockets) throws Exception {
        try (TestGang gang = TestGang.of(worldSize, sockets)) {
            List<float[][]> sums = gang.run(exchange -> {
                float[][] all = new float[LENGTHS.length][];
                for (int i = 0; i < all.length; i++) {
                    all[i] = values(exchange.rank(), LENGTHS[i]);
                    exchange.sum(all[i]);
                }
                return all;
            });
            for (int i = 0; i < LENGTHS.length; i++) {
                float[] expected = values(0, LENGTHS[i]);
                for (int rank = 1; rank < worldSize; rank++) {
                    Sums.add(expected, 0, values(rank, LENGTHS[i]), 0, LENGTHS[i]);
                }
                for (float[][] ofRank : sums) {
                    assertThat(ofRank[i]).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2,true", "3,true", "3,false"})
    void doublesAreSummedInRankOrder(int worldSize, boolean sockets) throws Exception {
        try (TestGang gang = TestGang.of(worldSize, sockets)) {
            List<double[]> sums = gang.run(exchange -> {
                double[] values = {0.1 * exchange.rank(), 1e17, exchange.rank()};
                for (int i = 0; i < 3; i++) {
                    exchange.sum(values);
                    exchange.sum(new double[0]);
                }
                return values;
            });
            for (double[] ofRank : sums) {
                assertThat(ofRank).isEqualTo(sums.get(0));
            }
            assertThat(sums.get(0)[2]).isEqualTo(worldSize * (worldSize - 1) / 2.0 * worldSize * worldSize);
        }
    }

    @Test
    void callsOfBothTypesMayAlternate() throws Exception {
        try (TestGang gang = TestGang.of(3, true)) {
            List<Float> last = gang.run(exchange -> {
                float[] values = {exchange.rank()};
                for (int step = 0; step < 200; step++) {
                    exchange.atStep(step);
                    values[0] = exchange.rank() + step;
                    exchange.sum(values);
                    double[] count = {1};
                    exchange.sum(count);
                    assertThat(count[0]).isEqualTo(3);
                }
                return values[0];
            });
            assertThat(last).containsOnly(3f + 3 * 199);
        }
    }

    @Test
    void encryptionAsSparkIsSetUpGivesTheSameSums() throws Exception {
        SparkConf conf = new SparkConf(false)
                .set("spark.authenticate", "true")
                .set("spark.network.crypto.enabled", "true")
                .set("spark.network.crypto.authEngineVersion", "2")
                .set("spark.network.crypto.cipher", "AES/GCM/NoPadding")
                .set("spark.network.crypto.saslFallback", "false");
        try (TestGang gang = new TestGang(new Gang("run", 1, 2, 10_000, 10_000), true, conf)) {
            List<float[]> sums = gang.run(exchange -> {
                float[] values = values(exchange.rank(), 300_001);
                exchange.sum(values);
                return values;
            });
            float[] expected = values(0, 300_001);
            Sums.add(expected, 0, values(1, 300_001), 0, expected.length);
            assertThat(sums).allSatisfy(sum -> assertThat(sum).isEqualTo(expected));
        }
    }

    private static float[] values(int rank, int length) {
        Random random = new Random(31L * rank + length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian() * (1 << random.nextInt(20));
        }
        return values;
    }
}
