// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.util.Set;
import java.util.TreeSet;

/**
 * Who exchanges with whom. Up to {@link #DIRECT} workers all with all. Above that, groups of consecutive ranks, as many
 * groups as workers in a group: a worker exchanges within its group and with those of the same place in the other groups,
 * so that its connections grow with the square root of the workers. A sum is then that of the groups' sums, in order.
 *
 * @param worldSize number of workers
 * @param count number of groups
 */
record Groups(int worldSize, int count) {
    /** Most workers that exchange all with all. */
    static final int DIRECT = 16;

    static Groups of(int worldSize) {
        return new Groups(worldSize, worldSize <= DIRECT ? 1 : (int) Math.sqrt(worldSize));
    }

    int start(int group) {
        return (int) ((long) worldSize * group / count);
    }

    int end(int group) {
        return start(group + 1);
    }

    int groupOf(int rank) {
        int group = (int) ((long) rank * count / worldSize);
        while (rank >= end(group)) {
            group++;
        }
        return group;
    }

    /** Places that every group has; a larger group's last worker has none of them. */
    int columns() {
        return worldSize / count;
    }

    /** The ranks of a group. */
    int[] members(int group) {
        return java.util.stream.IntStream.range(start(group), end(group)).toArray();
    }

    /** The ranks that have the same place in their groups. */
    int[] column(int place) {
        return java.util.stream.IntStream.range(0, count)
                .map(group -> start(group) + place)
                .toArray();
    }

    /** The ranks with which one exchanges. */
    Set<Integer> neighbours(int rank) {
        Set<Integer> all = new TreeSet<>();
        int group = groupOf(rank);
        for (int member : members(group)) {
            all.add(member);
        }
        int place = rank - start(group);
        if (count > 1 && place < columns()) {
            for (int member : column(place)) {
                all.add(member);
            }
        }
        all.remove(rank);
        return all;
    }
}
