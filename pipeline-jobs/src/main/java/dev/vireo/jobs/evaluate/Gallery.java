// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import java.util.List;
import java.util.stream.IntStream;

/** Which rows the report shows: some of all, spread evenly. */
final class Gallery {
    private Gallery() {}

    static List<Integer> rows(int rows, int wanted) {
        int shown = Math.min(rows, wanted);
        return IntStream.range(0, shown)
                .mapToObj(i -> (int) ((2L * i + 1) * rows / (2L * shown)))
                .toList();
    }
}
