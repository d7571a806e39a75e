// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Metrics as sums and weights, so that micro-batches and workers add up to the mean over the global batch whatever way its
 * rows were dealt out. The names and their order must be the same on every worker.
 */
public final class MetricSums {
    /** Difference of the mean rewards of chosen and rejected answers. */
    static final String MARGIN = "rewards/margins";

    private static final String SPREAD = "_std";

    private final Map<String, double[]> sums = new LinkedHashMap<>();

    /** Sums of nothing: what a worker without rows adds. */
    public static MetricSums zero(List<String> names) {
        var result = new MetricSums();
        names.forEach(name -> result.add(name, 0, 0));
        return result;
    }

    /** Adds {@code sum} over {@code weight} items. */
    public void add(String name, double sum, double weight) {
        double[] entry = sums.computeIfAbsent(name, n -> new double[2]);
        entry[0] += sum;
        entry[1] += weight;
    }

    /** Adds one item's value to a metric and to its spread, {@code NAME_std}: the standard deviation over all items. */
    public void addWithSpread(String name, double value) {
        add(name, value, 1);
        add(name + SPREAD, value * value, 1);
    }

    /** Adds all of another's sums. */
    public void addAll(MetricSums other) {
        other.sums.forEach((name, entry) -> add(name, entry[0], entry[1]));
    }

    /** Sums and weights, alternating, in the order of {@link #names}: for exchange. */
    public double[] flat() {
        return sums.values().stream().flatMapToDouble(java.util.Arrays::stream).toArray();
    }

    public List<String> names() {
        return new ArrayList<>(sums.keySet());
    }

    /** The inverse of {@link #flat}. */
    public static MetricSums of(List<String> names, double[] flat) {
        if (flat.length != 2 * names.size()) {
            throw new IllegalArgumentException(
                    "Cannot read metrics: " + flat.length + " values for " + names.size() + " names");
        }
        var result = new MetricSums();
        for (int i = 0; i < names.size(); i++) {
            result.add(names.get(i), flat[2 * i], flat[2 * i + 1]);
        }
        return result;
    }

    /**
     * Sum over weight by name, or the standard deviation; a metric without weight is left out. The margin of rewards is the difference of their means
     * where it was not added row by row, as where rows have one answer.
     */
    public Map<String, Double> means() {
        var means = new LinkedHashMap<String, Double>();
        sums.forEach((name, entry) -> {
            if (entry[1] > 0) {
                means.put(name, entry[0] / entry[1]);
            }
        });
        means.replaceAll((name, square) -> {
            String of = name.endsWith(SPREAD) ? name.substring(0, name.length() - SPREAD.length()) : "";
            Double mean = means.get(of);
            return mean == null ? square : Math.sqrt(Math.max(0, square - mean * mean));
        });
        if (means.containsKey("rewards/chosen") && means.containsKey("rewards/rejected")) {
            means.putIfAbsent(MARGIN, means.get("rewards/chosen") - means.get("rewards/rejected"));
        }
        return means;
    }
}
