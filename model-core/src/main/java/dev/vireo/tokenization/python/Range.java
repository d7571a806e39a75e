// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.ArrayList;
import java.util.List;

/**
 * Python's {@code range}, at most 100000 numbers long as in Jinja's sandbox.
 *
 * @param text how it is written
 */
public record Range(List<Object> items, String text) {
    private static final long LONGEST = 100_000;

    public Range {
        items = List.copyOf(items);
    }

    /** {@code range(stop)}, {@code range(start, stop)} or {@code range(start, stop, step)}. */
    public static Range of(Arguments arguments) {
        List<Object> values = arguments.positionalOnly("range", 1, 3);
        long start = values.size() > 1 ? Values.integer(values.get(0), "range") : 0;
        long stop = Values.integer(values.get(values.size() > 1 ? 1 : 0), "range");
        long step = values.size() > 2 ? Values.integer(values.get(2), "range") : 1;
        if (step == 0) {
            throw PythonException.raised("range() arg 3 must not be zero");
        }
        List<Object> items = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i = Math.addExact(i, step)) {
            if (items.size() == LONGEST) {
                throw PythonException.raised("Range too big. The sandbox blocks ranges larger than " + LONGEST);
            }
            items.add(i);
        }
        return new Range(items, "range(%d, %d%s)".formatted(start, stop, step == 1 ? "" : ", " + step));
    }
}
