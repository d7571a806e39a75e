// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The rows that one task makes into a shard, or into several where one gets too large.
 *
 * @param number of the shard
 * @param rows read for it
 */
record ShardTask(int number, InputRange rows) implements Serializable {
    /**
     * All tasks of an input, in the order of the rows. Ranges of a file of which few rows are kept go together.
     *
     * @param dropped rows that are not kept, by the number of their range
     * @param shardRows most rows that a task keeps, where its first range has not more
     */
    static List<ShardTask> plan(List<InputRange> ranges, Map<Integer, Long> dropped, int shardRows) {
        List<ShardTask> tasks = new ArrayList<>();
        long keptSoFar = 0;
        for (InputRange range : ranges) {
            long kept = range.count() - dropped.getOrDefault(range.number(), 0L);
            boolean joins = !dropped.isEmpty()
                    && !tasks.isEmpty()
                    && tasks.get(tasks.size() - 1).rows().file() == range.file()
                    && keptSoFar + kept <= shardRows;
            if (joins) {
                int last = tasks.size() - 1;
                InputRange before = tasks.get(last).rows();
                tasks.set(
                        last,
                        new ShardTask(
                                last, before.of(before.number(), before.first(), before.count() + range.count())));
                keptSoFar += kept;
            } else {
                tasks.add(new ShardTask(tasks.size(), range));
                keptSoFar = kept;
            }
        }
        return tasks;
    }
}
