// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.vireo.tensor.Tensors;
import dev.vireo.training.GradientBuckets.Bucket;
import java.util.ArrayList;
import java.util.List;

/**
 * AdamW with its state on this worker alone, or shared by the workers (Rajbhandari et al. 2020, arXiv 1910.02054, stage 1):
 * each worker has the moments of a shard of every bucket, gets the sum of those gradients alone, takes the step for those
 * parameters and gives them to all others. The steps, and their bits, are those of workers that hold everything.
 */
final class Optimizer implements AutoCloseable {
    private final FlatParameters flat;
    private final List<Bucket> buckets;
    private final AdamWSettings settings;
    private final Tensors tensors;
    private List<AdamW> parts;
    private int rank;
    private int worldSize = 1;

    Optimizer(FlatParameters flat, List<Bucket> buckets, AdamWSettings settings, Tensors tensors) {
        this.flat = flat;
        this.buckets = buckets;
        this.settings = settings;
        this.tensors = tensors;
        this.parts = List.of(new AdamW(flat, settings, tensors));
    }

    /** Whether the state is shared by several workers. */
    boolean isShared() {
        return worldSize > 1;
    }

    /** Whether this holds the state of a worker's shards. */
    boolean holds(int ofRank, int ofWorldSize) {
        return rank == ofRank && worldSize == ofWorldSize;
    }

    /** Holds a worker's shards from now on; they are those of no step. */
    void share(int ofRank, int ofWorldSize) {
        if (holds(ofRank, ofWorldSize)) {
            return;
        }
        close();
        rank = ofRank;
        worldSize = ofWorldSize;
        List<AdamW> made = new ArrayList<>();
        for (Bucket bucket : buckets) {
            int[] shards = bucket.shards(worldSize);
            made.add(
                    new AdamW(flat, bucket.from() + shards[rank], bucket.from() + shards[rank + 1], settings, tensors));
        }
        parts = made;
    }

    /** Takes one step with gradients that are laid out as the parameters; those of this worker's shards are read. */
    void step(NDArray gradient, double learningRate, GradientExchange exchange) {
        parts.forEach(part -> part.step(gradient, learningRate));
        if (isShared()) {
            for (Bucket bucket : buckets) {
                try (NDManager scope = flat.masters().getManager().newSubManager()) {
                    NDArray masters = tensors.part(scope, flat.masters(), bucket.from(), bucket.elements());
                    HostMemory.change(
                            tensors, masters, values -> exchange.gatherShards(values, bucket.shards(worldSize)));
                }
            }
        }
    }

    long steps() {
        return parts.get(0).steps();
    }

    void resumeAt(long steps) {
        parts.forEach(part -> part.resumeAt(steps));
    }

    /** The whole state's one part; of an optimizer that is not shared. */
    AdamW whole() {
        if (isShared()) {
            throw new IllegalStateException("The optimizer's state is shared by " + worldSize + " workers");
        }
        return parts.get(0);
    }

    /**
     * One parameter's moment from all workers, float32 in the parameter's shape. A call of all workers.
     *
     * @param which of the two
     * @param i the parameter's number
     */
    NDArray gatherMoment(NDManager scope, Which which, int i, GradientExchange exchange) {
        NDArray whole = scope.zeros(new ai.djl.ndarray.types.Shape(flat.offset(i + 1) - flat.offset(i)));
        overlaps(
                i,
                (part, from, to) -> tensors.assign(
                        scope,
                        tensors.part(scope, whole, from - flat.offset(i), to - from),
                        tensors.part(scope, part.moment(which == Which.SECOND), from - part.from(), to - from)));
        HostMemory.change(tensors, whole, values -> exchange.gatherShards(values, bounds(i)));
        return tensors.part(
                scope, whole, 0, flat.parameters().get(i).master().getShape().getShape());
    }

    /**
     * Writes this worker's part of a moment.
     *
     * @param values of the whole parameter, float32 [its elements]
     */
    void scatterMoment(NDManager scope, Which which, int i, NDArray values) {
        long elements = flat.parameters().get(i).size();
        overlaps(i, (part, from, to) -> {
            long end = Math.min(to, flat.offset(i) + elements);
            if (from < end) {
                tensors.assign(
                        scope,
                        tensors.part(scope, part.moment(which == Which.SECOND), from - part.from(), end - from),
                        tensors.part(scope, values, from - flat.offset(i), end - from));
            }
        });
    }

    /** A moment of AdamW. */
    enum Which {
        FIRST,
        SECOND
    }

    private interface Range {
        void on(AdamW part, long from, long to);
    }

    /** Where a parameter and this worker's shards meet. */
    private void overlaps(int i, Range range) {
        for (AdamW part : parts) {
            long from = Math.max(part.from(), flat.offset(i));
            long to = Math.min(part.to(), flat.offset(i + 1));
            if (from < to) {
                range.on(part, from, to);
            }
        }
    }

    /** The shards of one parameter, element numbers within it. */
    private int[] bounds(int i) {
        for (Bucket bucket : buckets) {
            if (bucket.from() <= flat.offset(i) && flat.offset(i) < bucket.to()) {
                int[] bounds = bucket.shards(worldSize);
                long size = flat.offset(i + 1) - flat.offset(i);
                for (int r = 0; r < bounds.length; r++) {
                    bounds[r] = (int) Math.max(0, Math.min(size, bucket.from() + bounds[r] - flat.offset(i)));
                }
                return bounds;
            }
        }
        throw new IllegalStateException("No bucket has parameter " + i);
    }

    @Override
    public void close() {
        parts.forEach(AdamW::close);
        parts = List.of();
    }
}
