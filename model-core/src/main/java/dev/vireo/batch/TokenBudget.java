// SPDX-License-Identifier: Apache-2.0
package dev.vireo.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Cuts rows into micro-batches by length instead of by number, so that memory is bounded by tokens, and short rows fill what
 * long ones leave: first-fit decreasing. The micro-batches depend on the rows alone, never on the number of workers.
 *
 * @param most tokens of a micro-batch; a longer row is a micro-batch of its own
 * @param tokens of a row
 */
public record TokenBudget(int most, IntUnaryOperator tokens) {
    /** The micro-batches of a global batch, longest first; within each the rows in the order of the batch. */
    public List<int[]> microBatches(int[] batch) {
        List<List<Integer>> parts = new ArrayList<>();
        List<Integer> filled = new ArrayList<>();
        Integer[] places = new Integer[batch.length];
        Arrays.setAll(places, i -> i);
        Arrays.sort(places, Comparator.comparingInt((Integer place) -> -tokens.applyAsInt(batch[place])));
        for (int place : places) {
            int length = tokens.applyAsInt(batch[place]);
            int part = 0;
            while (part < parts.size() && (long) filled.get(part) + length > most) {
                part++;
            }
            if (part == parts.size()) {
                parts.add(new ArrayList<>());
                filled.add(0);
            }
            parts.get(part).add(place);
            filled.set(part, filled.get(part) + length);
        }
        return parts.stream()
                .map(part ->
                        part.stream().sorted().mapToInt(place -> batch[place]).toArray())
                .toList();
    }

    /** The micro-batches that one worker computes: each goes to the worker with the fewest tokens so far. */
    public List<int[]> share(List<int[]> all, int rank, int worldSize) {
        List<Long> loads = new ArrayList<>(Collections.nCopies(worldSize, 0L));
        List<int[]> mine = new ArrayList<>();
        for (int[] part : all) {
            int lightest = loads.indexOf(Collections.min(loads));
            loads.set(
                    lightest,
                    loads.get(lightest) + Arrays.stream(part).map(tokens).sum());
            if (lightest == rank) {
                mine.add(part);
            }
        }
        return mine;
    }
}
