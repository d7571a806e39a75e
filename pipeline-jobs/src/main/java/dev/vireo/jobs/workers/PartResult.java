// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a task made of a part. Nothing of it counts until the driver has accepted it.
 *
 * @param part number of the part
 * @param files by table, where the task wrote them
 * @param counts what the task counted, such as {@code rows}; the sums over all parts make the summary
 */
public record PartResult(int part, Map<String, String> files, Map<String, Double> counts) implements Serializable {
    public PartResult {
        files = Collections.unmodifiableMap(new TreeMap<>(files));
        counts = Collections.unmodifiableMap(new TreeMap<>(counts));
    }
}
