// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Trained parameters one behind the other in flat buffers: the masters in one, and the values that blocks compute with in
 * another where these are of a narrower type. The parameters' own arrays become views, so the optimizer and the exchange
 * work on ranges of elements and know no parameters. Each parameter starts at a multiple of {@link #ALIGNMENT}; what lies
 * between is 0 and stays so. Owns the buffers; the parameters stay valid as long as it is open.
 */
final class FlatParameters implements AutoCloseable {
    /** Elements; the block of 8-bit states. */
    static final int ALIGNMENT = 256;

    /** Elements that stay together where parameters are divided between workers. */
    static final int UNIT = 1 << 16;

    private final List<Parameter> parameters;
    private final Tensors tensors;
    private final NDManager manager;
    private final Masters type;
    private final long[] offsets;
    private final NDArray masters;
    private final List<Parameter> narrower = new ArrayList<>();

    /** What masters are held in. */
    enum Masters {
        /** float32. */
        SINGLE,
        /** The bfloat16 values themselves; the optimizer keeps what rounding takes from them. */
        BF16
    }

    FlatParameters(List<Parameter> parameters, Masters type, Tensors tensors) {
        this.parameters = List.copyOf(parameters);
        this.tensors = tensors;
        this.type = type;
        this.manager = NDManager.newBaseManager(tensors.device(), "PyTorch");
        this.offsets = offsets(parameters);
        this.masters = zeros(elements());
        for (int i = 0; i < offsets.length - 1; i++) {
            Parameter parameter = this.parameters.get(i);
            tensors.moveInto(manager, parameter.master(), masters, offsets[i]);
            if (parameter.value() != parameter.master()) {
                narrower.add(parameter);
            }
        }
    }

    private static long[] offsets(List<Parameter> parameters) {
        long[] offsets = new long[parameters.size() + 1];
        for (int i = 0; i < parameters.size(); i++) {
            offsets[i + 1] = offsets[i] + align(parameters.get(i).size());
        }
        return offsets;
    }

    private static long align(long elements) {
        return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private NDArray zeros(long elements) {
        NDArray zeros = manager.zeros(new Shape(elements), DataType.FLOAT32);
        if (type == Masters.SINGLE) {
            return zeros;
        }
        try (zeros) {
            return tensors.cast(manager, zeros, Precision.BF16);
        }
    }

    /** In the order of the buffer. */
    List<Parameter> parameters() {
        return parameters;
    }

    Masters type() {
        return type;
    }

    /** Where the i-th parameter starts; the number of elements for the number of parameters. */
    long offset(int i) {
        return offsets[i];
    }

    /** The bounds of units: of every parameter its first, second, ... {@link #UNIT} elements, then the buffer's end. */
    long[] units() {
        long[] units = new long[unit(offsets.length - 1) + 1];
        for (int i = 0; i < offsets.length - 1; i++) {
            int first = unit(i);
            for (int u = first; u < unit(i + 1); u++) {
                units[u] = offsets[i] + (long) (u - first) * UNIT;
            }
        }
        units[units.length - 1] = elements();
        return units;
    }

    /** The i-th parameter's first unit; the number of units for the number of parameters. */
    int unit(int i) {
        int units = 0;
        for (int before = 0; before < i; before++) {
            units += (int) ((offsets[before + 1] - offsets[before] + UNIT - 1) / UNIT);
        }
        return units;
    }

    /** Elements of the buffer. */
    long elements() {
        return offsets[offsets.length - 1];
    }

    /** All masters, [elements]. */
    NDArray masters() {
        return masters;
    }

    /** The i-th parameter's part of a buffer that is laid out as this one, in the parameter's shape; a view. */
    NDArray part(NDManager owner, NDArray flat, int i) {
        return tensors.part(
                owner, flat, offsets[i], parameters.get(i).master().getShape().getShape());
    }

    /** Brings the values that the blocks compute with up to the masters. */
    void refreshValues() {
        for (Parameter parameter : narrower) {
            tensors.assign(manager, parameter.value(), parameter.master());
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
