// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Series of a run's metrics over its steps, by name. */
public final class Curves {
    private final Map<String, List<Point>> series = new LinkedHashMap<>();

    /**
     * A value at a step.
     *
     * @param step optimizer step
     */
    public record Point(double step, double value) {}

    /** Adds a point at the end of a series. */
    public void add(String name, double step, double value) {
        series.computeIfAbsent(name, n -> new ArrayList<>()).add(new Point(step, value));
    }

    public Set<String> names() {
        return Collections.unmodifiableSet(series.keySet());
    }

    /** The points of a series; none where it is not known. */
    public List<Point> points(String name) {
        return Collections.unmodifiableList(series.getOrDefault(name, List.of()));
    }
}
