// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.spark.Partitioner;

/** Brings what is known about a row to the task that reads it. */
final class TaskPartitioner extends Partitioner {
    private static final long serialVersionUID = 1;

    private final List<ShardTask> tasks;
    private final TreeMap<RowPlace, Integer> byFirstRow = new TreeMap<>();

    /** @param tasks one for each partition */
    TaskPartitioner(List<ShardTask> tasks) {
        this.tasks = List.copyOf(tasks);
        for (int i = 0; i < tasks.size(); i++) {
            InputRange rows = tasks.get(i).rows();
            byFirstRow.put(new RowPlace(rows.file(), rows.first()), i);
        }
    }

    /** Whether a task reads the row. */
    boolean covers(RowPlace place) {
        Map.Entry<RowPlace, Integer> before = byFirstRow.floorEntry(place);
        if (before == null) {
            return false;
        }
        InputRange rows = tasks.get(before.getValue()).rows();
        return rows.file() == place.file() && place.row() < rows.first() + rows.count();
    }

    @Override
    public int numPartitions() {
        return tasks.size();
    }

    @Override
    public int getPartition(Object key) {
        return Objects.requireNonNull(byFirstRow.floorEntry((RowPlace) key)).getValue();
    }
}
