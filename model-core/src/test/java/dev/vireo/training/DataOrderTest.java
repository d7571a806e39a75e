// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataOrderTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 65, 1000})
    void everyEpochHoldsEveryRowOnce(int rows) {
        DataOrder order = DataOrder.shuffled(rows, 3, 2, 11);
        for (int epoch = 0; epoch < 3; epoch++) {
            assertThat(epochRows(order, epoch)).containsExactlyInAnyOrderElementsOf(range(rows));
        }
    }

    @Test
    void epochsAndSeedsGiveDifferentOrders() {
        DataOrder order = DataOrder.shuffled(100, 1, 4, 1);
        assertThat(epochRows(order, 0))
                .isNotEqualTo(epochRows(order, 1))
                .isNotEqualTo(epochRows(DataOrder.shuffled(100, 1, 4, 2), 0))
                .isNotEqualTo(range(100));
    }

    /** Chi-square of first-position counts over 4000 seeds; 27.9 is the 0.1 % bound for 9 degrees of freedom. */
    @Test
    void anyRowMayComeFirst() {
        int[] counts = new int[10];
        for (int seed = 0; seed < 4000; seed++) {
            counts[DataOrder.shuffled(10, 1, 1, seed).microBatches(0).get(0)[0]]++;
        }
        double chiSquare = Arrays.stream(counts)
                .mapToDouble(n -> (n - 400.0) * (n - 400.0) / 400)
                .sum();
        assertThat(chiSquare).isLessThan(27.9);
    }

    @Test
    void aStepDoesNotDependOnTheNumberOfWorkers() {
        DataOrder order = DataOrder.shuffled(50, 2, 6, 5);
        for (long step = 0; step < 2L * order.stepsPerEpoch(); step++) {
            List<int[]> all = order.microBatches(step);
            for (int worldSize : new int[] {1, 2, 3, 4}) {
                int[][] joined = new int[all.size()][];
                for (int rank = 0; rank < worldSize; rank++) {
                    List<int[]> mine = order.microBatches(step, rank, worldSize);
                    for (int i = 0; i < mine.size(); i++) {
                        joined[rank + i * worldSize] = mine.get(i);
                    }
                }
                assertThat(joined).isDeepEqualTo(all.toArray(int[][]::new));
            }
        }
    }

    @Test
    void theLastStepOfAnEpochKeepsTheRemainder() {
        DataOrder order = DataOrder.sequential(11, 2, 2);
        assertThat(order.stepsPerEpoch()).isEqualTo(3);
        assertThat(order.microBatches(2)).hasSize(2);
        assertThat(order.microBatches(2).get(0)).containsExactly(8, 9);
        assertThat(order.microBatches(2).get(1)).containsExactly(10);
        assertThat(order.microBatches(3).get(0)).containsExactly(0, 1);
        assertThat(DataOrder.sequential(9, 2, 2).microBatches(2, 1, 2)).isEmpty();
    }

    @Test
    void epochsAreCountedInRows() {
        DataOrder order = DataOrder.sequential(10, 2, 2);
        assertThat(order.steps(1)).isEqualTo(3);
        assertThat(order.steps(1.5)).isEqualTo(5);
        assertThat(order.epoch(3)).isEqualTo(1);
        assertThat(order.epochsAfter(1)).isEqualTo(0.4);
        assertThat(order.epochsAfter(3)).isEqualTo(1.0);
        assertThat(order.epochsAfter(4)).isEqualTo(1.4);
    }

    @Test
    void packedMicroBatchesHoldAStepsRowsWithinTheBudget() {
        DataOrder counted = DataOrder.shuffled(50, 2, 6, 5);
        DataOrder packed = counted.packed(100, DataOrderTest::tokens);
        for (long step = 0; step < counted.stepsPerEpoch(); step++) {
            List<int[]> parts = packed.microBatches(step);
            assertThat(rows(parts)).containsExactlyInAnyOrderElementsOf(rows(counted.microBatches(step)));
            assertThat(parts)
                    .allSatisfy(part -> assertThat(Arrays.stream(part)
                                    .map(DataOrderTest::tokens)
                                    .sum())
                            .isLessThanOrEqualTo(100));
            int total = rows(parts).stream().mapToInt(DataOrderTest::tokens).sum();
            // First-fit decreasing needs at most 11/9 of the fewest bins and one more (Johnson 1973).
            assertThat(parts).hasSizeLessThanOrEqualTo(11 * (total / 100 + 1) / 9 + 1);
        }
    }

    @Test
    void packedMicroBatchesAreDealtOutByTokensAndDoNotDependOnTheNumberOfWorkers() {
        DataOrder packed = DataOrder.shuffled(50, 2, 6, 5).packed(100, DataOrderTest::tokens);
        for (int worldSize : new int[] {1, 2, 3}) {
            List<int[]> dealt = new ArrayList<>();
            int[] loads = new int[worldSize];
            for (int rank = 0; rank < worldSize; rank++) {
                List<int[]> mine = packed.microBatches(0, rank, worldSize);
                dealt.addAll(mine);
                loads[rank] =
                        rows(mine).stream().mapToInt(DataOrderTest::tokens).sum();
            }
            assertThat(dealt).containsExactlyInAnyOrderElementsOf(packed.microBatches(0));
            assertThat(Arrays.stream(loads).max().getAsInt()
                            - Arrays.stream(loads).min().getAsInt())
                    .isLessThanOrEqualTo(100);
        }
    }

    @Test
    void aRowLongerThanTheBudgetIsAMicroBatchOfItsOwn() {
        DataOrder packed = DataOrder.sequential(3, 3, 1).packed(10, row -> row == 1 ? 12 : 5);
        assertThat(packed.microBatches(0)).containsExactly(new int[] {1}, new int[] {0, 2});
        assertThatThrownBy(() -> packed.packed(0, row -> 1))
                .hasMessage("Invalid number of tokens of a micro-batch: 0 (expected 1 or more)");
    }

    /** Between 5 and 60. */
    private static int tokens(int row) {
        return 5 + row * 37 % 56;
    }

    private static List<Integer> rows(List<int[]> parts) {
        return parts.stream().flatMapToInt(Arrays::stream).boxed().toList();
    }

    @Test
    void emptyDataIsRefused() {
        assertThatThrownBy(() -> DataOrder.sequential(0, 1, 1))
                .hasMessage("Invalid number of rows: 0 (expected 1 or more)");
        assertThatThrownBy(() -> DataOrder.sequential(4, 1, 1).microBatches(0, 2, 2))
                .hasMessage("Invalid rank: 2 (expected 0 to 1)");
        assertThatThrownBy(() -> DataOrder.sequential(4, 1, 1).steps(0))
                .hasMessageContaining("Invalid number of epochs: 0.0");
    }

    private static List<Integer> epochRows(DataOrder order, int epoch) {
        List<Integer> rows = new ArrayList<>();
        for (int step = 0; step < order.stepsPerEpoch(); step++) {
            for (int[] part : order.microBatches((long) epoch * order.stepsPerEpoch() + step)) {
                Arrays.stream(part).forEach(rows::add);
            }
        }
        return rows;
    }

    private static List<Integer> range(int end) {
        return IntStream.range(0, end).boxed().toList();
    }
}
