// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One worker's two teams: its group, and those of its place in the other groups. Where there is one group, that team does
 * everything. Otherwise each place of a group collects a part of the values, the same places of all groups exchange that
 * part, and give what came of it back to their groups.
 */
final class Hierarchy {
    private final Groups groups;
    private final int group;
    private final int place;
    private final Team near;
    private final @Nullable Team far;

    /** @param teams makes the team of some ranks */
    Hierarchy(Groups groups, int rank, Function<int[], Team> teams) {
        this.groups = groups;
        this.group = groups.groupOf(rank);
        this.place = rank - groups.start(group);
        this.near = teams.apply(groups.members(group));
        this.far = groups.count() > 1 && place < groups.columns() ? teams.apply(groups.column(place)) : null;
    }

    /** Sums all values for all workers. */
    void sum(long call, ByteBuffer values, Unit unit) throws IOException, InterruptedException, ExecutionException {
        sum(call, values, unit, groups.columns(), groups.count());
    }

    /** Sums few values: one worker of a group sums them all, which takes fewer messages. */
    void sumAtOne(long call, ByteBuffer values, Unit unit)
            throws IOException, InterruptedException, ExecutionException {
        sum(call, values, unit, 1, 1);
    }

    private void sum(long call, ByteBuffer values, Unit unit, int nearOwners, int farOwners)
            throws IOException, InterruptedException, ExecutionException {
        int end = values.limit();
        Chunks chunks = Chunks.even(0, end, unit, nearOwners, near.size());
        if (groups.count() == 1) {
            near.run(Team.Task.ALL_REDUCE, call, values, chunks, unit);
            return;
        }
        near.run(Team.Task.REDUCE_SCATTER, call, values, chunks, unit);
        if (far != null) {
            Chunks own = Chunks.even(chunks.start(place), chunks.end(place), unit, farOwners, far.size());
            far.run(Team.Task.ALL_REDUCE, call, values, own, unit);
        }
        near.run(Team.Task.ALL_GATHER, call, values, chunks, unit);
    }

    /**
     * Sums each worker's shard for that worker.
     *
     * @param bounds in values: the shard of rank r is from {@code bounds[r]} to {@code bounds[r + 1]}
     */
    void sumShards(long call, ByteBuffer values, int[] bounds, Unit unit)
            throws IOException, InterruptedException, ExecutionException {
        if (groups.count() == 1) {
            near.run(Team.Task.REDUCE_SCATTER, call, values, shards(bounds, group, unit), unit);
            return;
        }
        for (int other = 0; other < groups.count(); other++) {
            near.run(Team.Task.REDUCE_SCATTER, call, values, places(bounds, other, unit), unit);
        }
        if (far != null) {
            far.run(Team.Task.REDUCE_SCATTER, call, values, acrossGroups(bounds, unit), unit);
        }
        near.run(Team.Task.ALL_GATHER, call, values, places(bounds, group, unit), unit);
    }

    /** Gives each worker's shard to all workers; {@code bounds} as above. */
    void gatherShards(long call, ByteBuffer values, int[] bounds, Unit unit)
            throws IOException, InterruptedException, ExecutionException {
        near.run(Team.Task.ALL_GATHER, call, values, shards(bounds, group, unit), unit);
        if (groups.count() == 1) {
            return;
        }
        if (far != null) {
            far.run(Team.Task.ALL_GATHER, call, values, acrossGroups(bounds, unit), unit);
        }
        for (int other = 0; other < groups.count(); other++) {
            if (other != group) {
                near.run(Team.Task.ALL_GATHER, call, values, places(bounds, other, unit), unit);
            }
        }
    }

    /** The shards of a group's workers. */
    private Chunks shards(int[] bounds, int of, Unit unit) {
        int start = groups.start(of);
        int[] starts = new int[groups.end(of) - start];
        int[] ends = new int[starts.length];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = bounds[start + i] * unit.bytes();
            ends[i] = bounds[start + i + 1] * unit.bytes();
        }
        return Chunks.of(starts, ends);
    }

    /** All shards of a group, cut evenly for the places of this worker's group. */
    private Chunks places(int[] bounds, int of, Unit unit) {
        return Chunks.even(
                bounds[groups.start(of)] * unit.bytes(),
                bounds[groups.end(of)] * unit.bytes(),
                unit,
                groups.columns(),
                near.size());
    }

    /** This worker's place of every group. */
    private Chunks acrossGroups(int[] bounds, Unit unit) {
        int[] starts = new int[groups.count()];
        int[] ends = new int[starts.length];
        for (int of = 0; of < starts.length; of++) {
            Chunks places = places(bounds, of, unit);
            starts[of] = places.start(place);
            ends[of] = places.end(place);
        }
        return Chunks.of(starts, ends);
    }
}
