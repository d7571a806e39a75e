// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.nn.GradientSink;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import dev.vireo.training.GradientBuckets.Bucket;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The float32 sums of an optimizer step's gradients, over micro-batches first, then over workers: one flat buffer, laid out
 * as the parameters are.
 */
final class GradientBuffer implements GradientSink, AutoCloseable {
    private final FlatParameters parameters;
    private final Tensors tensors;
    private final NDManager manager;
    private final Script script;
    private final NDArray flat;
    private final NDList sums = new NDList();
    private final Map<Parameter, NDArray> byParameter = new IdentityHashMap<>();
    private final List<Bucket> buckets;
    private final long[] units;
    private @Nullable OverlappedSum overlapped;
    private boolean sharded;

    GradientBuffer(FlatParameters parameters, List<Bucket> buckets, Tensors tensors) {
        this.buckets = buckets;
        this.units = parameters.units();
        this.parameters = parameters;
        this.tensors = tensors;
        this.manager = NDManager.newBaseManager(tensors.device(), "PyTorch");
        this.script = Script.load(tensors.device(), GradientBuffer.class, Map.of(), "GradientBuffer.py");
        this.flat = manager.zeros(new Shape(parameters.elements()));
        for (int i = 0; i < parameters.parameters().size(); i++) {
            NDArray sum = parameters.part(manager, flat, i);
            sums.add(sum);
            byParameter.put(parameters.parameters().get(i), sum);
        }
    }

    /** Adds a gradient in any type to the parameter's sum. */
    @Override
    public void accept(Parameter parameter, NDArray gradient) {
        NDArray sum = byParameter.get(parameter);
        if (sum == null) {
            throw new IllegalStateException("Cannot add the gradient of " + parameter.name() + ": it is not trained");
        }
        tensors.add(manager, sum, gradient);
    }

    /** The sums, in the order of the parameters: views of {@link #flat}. */
    NDList sums() {
        return sums;
    }

    /** All sums, float32 [elements]. */
    NDArray flat() {
        return flat;
    }

    /** From now on each worker wants the sums of its shards alone. */
    void shard() {
        sharded = true;
    }

    void clear() {
        if (overlapped != null) {
            overlapped.settle();
        }
        call("clear", tensors.noParameters().get(0)).close();
    }

    /** The 2-norms of the sums as they are here, one for each parameter; added up in one order whatever the device. */
    double[] norms() {
        return norms(squares());
    }

    /** The same of the sums over all workers, of which each may hold a shard alone. */
    double[] norms(GradientExchange exchange) {
        double[] squares = squares();
        if (sharded && exchange.worldSize() > 1) {
            keepOwn(squares, exchange);
            exchange.sum(squares);
        }
        return norms(squares);
    }

    /** The sums of squares of all units. */
    private double[] squares() {
        float[] blocks;
        try (NDArray norms = call("norms", tensors.noParameters().get(0))) {
            blocks = norms.toFloatArray();
        }
        double[] squares = new double[units.length - 1];
        for (int unit = 0; unit < squares.length; unit++) {
            int end = (int) (units[unit + 1] / FlatParameters.ALIGNMENT);
            for (int block = (int) (units[unit] / FlatParameters.ALIGNMENT); block < end; block++) {
                squares[unit] += (double) blocks[block] * blocks[block];
            }
        }
        return squares;
    }

    private double[] norms(double[] squares) {
        double[] norms = new double[sums.size()];
        int unit = 0;
        for (int i = 0; i < norms.length; i++) {
            double square = 0;
            for (; units[unit] < parameters.offset(i + 1); unit++) {
                square += squares[unit];
            }
            norms[i] = Math.sqrt(square);
        }
        return norms;
    }

    /** Forgets what others hold; no two workers hold the same unit. */
    private void keepOwn(double[] squares, GradientExchange exchange) {
        double[] own = new double[squares.length];
        for (Bucket bucket : buckets) {
            int[] shards = bucket.shards(exchange.worldSize());
            int first = Arrays.binarySearch(units, bucket.from() + shards[exchange.rank()]);
            int end = Arrays.binarySearch(units, bucket.from() + shards[exchange.rank() + 1]);
            System.arraycopy(squares, first, own, first, end - first);
        }
        System.arraycopy(own, 0, squares, 0, own.length);
    }

    void scale(double factor) {
        try (NDArray value = manager.create((float) factor)) {
            call("scale", value).close();
        }
    }

    /**
     * Starts a step's last backward pass: from now on gradients are exchanged as soon as they are complete, in a thread of
     * their own. With one worker nothing happens.
     */
    void startSum(GradientExchange exchange) {
        if (exchange.worldSize() > 1) {
            if (overlapped == null) {
                overlapped = new OverlappedSum(buckets);
            }
            overlapped.begin(bucket -> sum(bucket, exchange));
        }
    }

    @Override
    public void complete(Parameter parameter) {
        if (overlapped != null) {
            overlapped.complete(parameter);
        }
    }

    /** Waits until the sums are those over all workers. */
    void finishSum(GradientExchange exchange) {
        if (overlapped != null && overlapped.isRunning()) {
            overlapped.finish();
        } else if (exchange.worldSize() > 1) {
            buckets.forEach(bucket -> sum(bucket, exchange));
        }
    }

    /** Ends a step that failed. */
    void abandonSum() {
        if (overlapped != null) {
            overlapped.abandon();
        }
    }

    private void sum(Bucket bucket, GradientExchange exchange) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray part = tensors.part(scope, flat, bucket.from(), bucket.elements());
            HostMemory.change(tensors, part, values -> {
                if (sharded) {
                    exchange.sumShards(values, bucket.shards(exchange.worldSize()));
                } else {
                    exchange.sum(values);
                }
            });
        }
    }

    private NDArray call(String method, NDArray input) {
        return script.call(manager, method, new NDList(input), new NDList(flat)).get(0);
    }

    @Override
    public void close() {
        if (overlapped != null) {
            overlapped.close();
        }
        script.close();
        manager.close();
    }
}
