// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.nn.Block.Weights;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chain of blocks run forward once and, if wanted, backward once. Each block's output is the next one's first input; what
 * else a block takes is not differentiated. Blocks before the first trainable parameter run without any record.
 *
 * <p>Everything on the tape belongs to a scope of its own, which {@link #close} frees.
 */
public final class Tape implements AutoCloseable {
    private final NDManager scope;
    private final GraphMemory memory;
    private final Weights weights;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private final boolean recording;
    private @Nullable NDArray last;
    private boolean active;
    private long keptBytes;

    private Tape(NDManager parent, GraphMemory memory, Weights weights, boolean recording) {
        this.scope = parent.newSubManager();
        this.memory = memory;
        this.weights = weights;
        this.recording = recording;
    }

    /** A tape that can be run backward. */
    public static Tape recording(NDManager parent, GraphMemory memory) {
        return new Tape(parent, memory, Weights.TRAINED, true);
    }

    /** A tape that only computes, and frees each block's input when the block is done. */
    public static Tape inference(NDManager parent, Weights weights) {
        return new Tape(parent, new GraphMemory(0, 4), weights, false);
    }

    public NDManager scope() {
        return scope;
    }

    /**
     * Runs a block.
     *
     * @param x its first input: the result of the last call, or the chain's input
     * @param context its other inputs
     */
    public NDArray run(Block block, NDArray x, NDArray... context) {
        var inputs = new NDList(x);
        inputs.addAll(new NDList(context));
        boolean inputGradient = active;
        active = recording && (active || block.hasTrainable());
        NDArray y;
        if (active) {
            y = record(block, inputs, inputGradient);
        } else {
            y = block.call(scope, weights, "forward", inputs).get(0);
            if (last == x) {
                x.close();
            }
        }
        last = y;
        return y;
    }

    private NDArray record(Block block, NDList inputs, boolean inputGradient) {
        NDArray wants = block.wants(scope, inputGradient);
        long bytes = memory.bytes(block, rows(inputs.get(0)));
        if (!block.isQuantized() && memory.fits(keptBytes + bytes)) {
            keptBytes += bytes;
            var arguments = new NDList(wants);
            arguments.addAll(inputs);
            NDList kept = block.callRecording(scope, "keep", arguments);
            entries.push(new Entry(block, wants, inputs, kept.get(0), kept, inputGradient));
            return kept.get(0);
        }
        NDArray y = block.call(scope, Weights.TRAINED, "forward", inputs).get(0);
        entries.push(new Entry(block, wants, inputs, y, null, inputGradient));
        return y;
    }

    /**
     * Runs the chain backward and empties the tape.
     *
     * @param gradient of the loss with respect to the last output
     */
    public void backward(NDArray gradient, GradientSink sink) {
        NDArray gy = gradient;
        Map<Parameter, Integer> expected = expectedGradients();
        while (!entries.isEmpty()) {
            Entry entry = entries.pop();
            NDList gradients = entry.gradients(scope, gy);
            int next = entry.inputGradient ? 1 : 0;
            List<Parameter> trainable = entry.block.trainable();
            for (int i = 0; i < trainable.size(); i++) {
                NDArray g = gradients.get(next + i);
                sink.accept(trainable.get(i), g);
                g.close();
                if (expected.merge(trainable.get(i), -1, Integer::sum) == 0) {
                    sink.complete(trainable.get(i));
                }
            }
            if (gy != gradient) {
                gy.close();
            }
            entry.free();
            gy = gradients.get(0);
        }
    }

    /** How often each parameter gets a gradient: once for each block on the tape that has it. */
    private Map<Parameter, Integer> expectedGradients() {
        Map<Parameter, Integer> expected = new IdentityHashMap<>();
        for (Entry entry : entries) {
            entry.block.trainable().forEach(parameter -> expected.merge(parameter, 1, Integer::sum));
        }
        return expected;
    }

    /** Rows of an input: the product of all dimensions but the last; for pixels, their number is small beside the layers'. */
    private static long rows(NDArray x) {
        Shape shape = x.getShape();
        return shape.size() / Math.max(1, shape.get(shape.dimension() - 1));
    }

    @Override
    public void close() {
        scope.close();
    }

    private record Entry(
            Block block,
            NDArray wants,
            NDList inputs,
            NDArray output,
            @Nullable NDList kept,
            boolean inputGradient) {
        NDList gradients(NDManager scope, NDArray gy) {
            var arguments = new NDList(gy);
            if (kept != null) {
                arguments.addAll(kept);
                return block.callRecording(scope, "pull", arguments);
            }
            arguments.add(wants);
            arguments.addAll(inputs);
            return block.callRecording(scope, "vjp", arguments);
        }

        void free() {
            wants.close();
            output.close();
            if (kept != null) {
                kept.close();
            }
        }
    }
}
