// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
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
    @CsvSource({
        "1,true",
        "2,true",
        "3,true",
        "4,true",
        "17,true",
        "1,false",
        "2,false",
        "3,false",
        "4,false",
        "17,false"
    })
    void sumsAreThoseInRankOrderToTheBitOnEveryRank(int worldSize, boolean sockets) throws Exception {
        try (TestGang gang = TestGang.of(worldSize, sockets)) {
            List<float[][]> sums = gang.run(exchange -> {
                float[][] all = new float[LENGTHS.length][];
                for (int i = 0; i < all.length; i++) {
                    all[i] = values(exchange.rank(), LENGTHS[i]);
                    TestGang.sum(exchange, all[i]);
                }
                return all;
            });
            for (int i = 0; i < LENGTHS.length; i++) {
                float[] expected = expected(worldSize, LENGTHS[i]);
                for (float[][] ofRank : sums) {
                    assertThat(Arrays.equals(ofRank[i], expected)).isTrue();
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
                    TestGang.sum(exchange, values);
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
                TestGang.sum(exchange, values);
                return values;
            });
            float[] expected = expected(2, 300_001);
            assertThat(sums)
                    .allSatisfy(sum -> assertThat(Arrays.equals(sum, expected)).isTrue());
        }
    }

    @ParameterizedTest
    @CsvSource({"2,true", "4,true", "18,true", "2,false", "18,false"})
    void shardsAreSummedToTheSameBitsAndGivenToAll(int worldSize, boolean sockets) throws Exception {
        int length = 700_001;
        int[] bounds = new int[worldSize + 1];
        for (int rank = 1; rank <= worldSize; rank++) {
            // Of different sizes, one of them empty.
            bounds[rank] = rank == 2 && worldSize > 2
                    ? bounds[1]
                    : (int) ((long) length * rank * rank / worldSize / worldSize);
        }
        try (TestGang gang = TestGang.of(worldSize, sockets)) {
            List<float[]> sums = gang.run(exchange -> {
                ByteBuffer values = TestGang.direct(values(exchange.rank(), length));
                exchange.sumShards(values, bounds);
                float[] own = TestGang.array(values);
                float[] others = new float[length];
                System.arraycopy(
                        own,
                        bounds[exchange.rank()],
                        others,
                        bounds[exchange.rank()],
                        bounds[exchange.rank() + 1] - bounds[exchange.rank()]);
                values = TestGang.direct(others);
                exchange.gatherShards(values, bounds);
                return TestGang.array(values);
            });
            float[] expected = expected(worldSize, length);
            assertThat(sums)
                    .allSatisfy(sum -> assertThat(Arrays.equals(sum, expected)).isTrue());
        }
    }

    @Test
    void connectionsGrowWithTheRootOfManyWorkers() {
        for (int worldSize : new int[] {17, 31, 100, 997, 1000}) {
            Groups groups = Groups.of(worldSize);
            for (int rank = 0; rank < worldSize; rank++) {
                assertThat(groups.members(groups.groupOf(rank))).contains(rank);
                assertThat(groups.neighbours(rank)).hasSizeLessThanOrEqualTo((int) (2 * Math.sqrt(worldSize) + 1));
                for (int other : groups.neighbours(rank)) {
                    assertThat(groups.neighbours(other)).contains(rank);
                }
            }
        }
    }

    /** Within groups of consecutive ranks first, then over the groups. */
    private static float[] expected(int worldSize, int length) {
        Groups groups = Groups.of(worldSize);
        float[] sum = new float[0];
        for (int group = 0; group < groups.count(); group++) {
            float[] ofGroup = values(groups.start(group), length);
            for (int rank = groups.start(group) + 1; rank < groups.end(group); rank++) {
                add(ofGroup, values(rank, length));
            }
            if (group == 0) {
                sum = ofGroup;
            } else {
                add(sum, ofGroup);
            }
        }
        return sum;
    }

    private static void add(float[] sum, float[] values) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i];
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
