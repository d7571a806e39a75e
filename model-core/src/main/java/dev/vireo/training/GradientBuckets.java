// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.nn.Block;
import dev.vireo.nn.Parameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Flat gradients cut into buckets of neighbouring layers, in the order in which a backward pass completes them: the last
 * layer's first. The same on every worker, since it follows from the model alone.
 */
final class GradientBuckets {
    /** Elements from which a bucket is large enough for the network: 4 MB. */
    private static final long LARGE = 1L << 20;

    /** Buckets that even a small model has. */
    private static final int FEWEST = 8;

    /** Elements that a buffer of Java can hold. */
    private static final long MOST = 1L << 28;

    /**
     * A run of parameters that are exchanged together.
     *
     * @param from first element in the flat buffer
     * @param to the one behind its last
     * @param parameters in it
     * @param depth the block nearest to the input that has one of them
     * @param units bounds of what stays together, from {@code from} to {@code to}
     */
    record Bucket(long from, long to, List<Parameter> parameters, int depth, List<Long> units) {
        int elements() {
            return Math.toIntExact(to - from);
        }

        /**
         * Shards of about equal size, one for each worker, in whole units.
         *
         * @return element numbers within the bucket, worldSize + 1
         */
        int[] shards(int worldSize) {
            int[] bounds = new int[worldSize + 1];
            for (int rank = 1; rank <= worldSize; rank++) {
                int place = Collections.binarySearch(units, from + (to - from) * rank / worldSize);
                bounds[rank] = Math.toIntExact(units.get(place < 0 ? -place - 2 : place) - from);
            }
            return bounds;
        }
    }

    private GradientBuckets() {}

    /**
     * @param flat the parameters, in the order of the buffer
     * @param blocks of the model, from the input to the loss
     */
    static List<Bucket> of(FlatParameters flat, List<Block> blocks) {
        Map<Parameter, Integer> depths = new IdentityHashMap<>();
        for (int depth = blocks.size() - 1; depth >= 0; depth--) {
            for (Parameter parameter : blocks.get(depth).trainable()) {
                depths.put(parameter, depth);
            }
        }
        List<Bucket> buckets = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= flat.parameters().size(); i++) {
            if (i == flat.parameters().size() || ends(flat, depths, first, i)) {
                buckets.add(bucket(flat, depths, first, i));
                first = i;
            }
        }
        buckets.sort(Comparator.comparingInt(Bucket::depth).reversed());
        return buckets;
    }

    /** Whether a bucket that starts at a parameter ends before another one. */
    private static boolean ends(FlatParameters flat, Map<Parameter, Integer> depths, int first, int next) {
        int depth = depth(flat, depths, next);
        int before = depth(flat, depths, next - 1);
        long elements = flat.offset(next) - flat.offset(first);
        boolean far = Math.abs(depth - before) > 1;
        boolean full = elements >= Math.min(LARGE, flat.elements() / FEWEST) && depth != before;
        return far || full || flat.offset(next + 1) - flat.offset(first) > MOST;
    }

    private static int depth(FlatParameters flat, Map<Parameter, Integer> depths, int i) {
        return depths.getOrDefault(flat.parameters().get(i), 0);
    }

    private static Bucket bucket(FlatParameters flat, Map<Parameter, Integer> depths, int first, int end) {
        int depth = Integer.MAX_VALUE;
        for (int i = first; i < end; i++) {
            depth = Math.min(depth, depth(flat, depths, i));
        }
        List<Long> units = new ArrayList<>();
        long[] all = flat.units();
        for (int unit = flat.unit(first); unit <= flat.unit(end); unit++) {
            units.add(all[unit]);
        }
        return new Bucket(
                flat.offset(first),
                flat.offset(end),
                List.copyOf(flat.parameters().subList(first, end)),
                depth,
                units);
    }
}
