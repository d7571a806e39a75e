// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Function;

/**
 * What DJL's arrays cannot do by themselves: bfloat16 casts, typed views of raw bytes, writes in place. Results belong to
 * the scope that is passed; a cast that changes nothing gives a second handle on the same values.
 */
public final class Tensors implements AutoCloseable {
    private final Device device;
    private final NDManager own;
    private final NDList nothing;
    private final Script script;

    public Tensors(Device device) {
        this.device = device;
        own = NDManager.newBaseManager(device, "PyTorch");
        nothing = new NDList(own.zeros(new Shape(0)));
        script = Script.load(device, Tensors.class, Map.of(), "Tensors.py");
    }

    public Device device() {
        return device;
    }

    /** An empty list of parameters, for scripts that have none. */
    public NDList noParameters() {
        return nothing;
    }

    /** Casts to the precision's type; a bfloat16 result must not be read by DJL, only passed on. */
    public NDArray cast(NDManager scope, NDArray x, Precision precision) {
        return one(scope, precision == Precision.BF16 ? "bfloat16" : "float32", x);
    }

    /** Casts to float32, which Java can read. */
    public NDArray float32(NDManager scope, NDArray x) {
        return one(scope, "float32", x);
    }

    /** A contiguous copy. */
    public NDArray copy(NDManager scope, NDArray x) {
        return one(scope, "copy", x);
    }

    /**
     * Some rows of a tensor.
     *
     * @param x [n, ...]
     * @param which int64 [m]
     * @return [m, ...]
     */
    public NDArray rows(NDManager scope, NDArray x, NDArray which) {
        return one(scope, "rows", x, which);
    }

    /** Writes source's values into target, cast to target's type. */
    public void assign(NDManager scope, NDArray target, NDArray source) {
        one(scope, "assign", target, source).close();
    }

    /** Adds source to target in place, in target's type. */
    public void add(NDManager scope, NDArray target, NDArray source) {
        one(scope, "add", target, source).close();
    }

    /** Moves a tensor's values to a place of a flat tensor of its type, of which it becomes a view. */
    public void moveInto(NDManager scope, NDArray tensor, NDArray flat, long place) {
        try (NDArray at = host(scope, new long[] {place})) {
            one(scope, "move", tensor, flat, at).close();
        }
    }

    /** Second handles on the same values. */
    public NDList again(NDManager scope, NDList tensors) {
        return script.call(scope, "again", tensors, nothing);
    }

    /** Some elements of a flat tensor in a shape; a view. */
    public NDArray part(NDManager scope, NDArray flat, long place, long... shape) {
        long[] layout = new long[shape.length + 1];
        layout[0] = place;
        System.arraycopy(shape, 0, layout, 1, shape.length);
        try (NDArray at = host(scope, layout)) {
            return one(scope, "part", flat, at);
        }
    }

    /**
     * Stored bytes as a tensor. On the CPU a direct buffer is used in place and must stay reachable as long as the tensor;
     * on another device it is uploaded once.
     *
     * @param bytes little-endian values, direct
     * @param type what the bytes hold
     */
    public NDArray view(NDManager scope, ByteBuffer bytes, ElementType type, long... shape) {
        if (bytes.remaining() == 0) {
            throw new IllegalArgumentException("Cannot view an empty buffer as a tensor");
        }
        NDArray raw = scope.create(bytes, new Shape(bytes.remaining()), DataType.UINT8);
        try (NDArray size = host(scope, shape);
                NDArray code = host(scope, new long[] {type.code()})) {
            NDArray view = one(scope, "reinterpret", raw, size, code);
            if (device.isGpu()) {
                raw.close();
            }
            return view;
        }
    }

    /** The values as stored bytes, little-endian; copies to the host. */
    public byte[] bytes(NDManager scope, NDArray x) {
        try (NDArray whole = copy(scope, x);
                NDArray raw = one(scope, "bytes", whole)) {
            return raw.toByteArray();
        }
    }

    /** Integers that scripts read one by one, so they stay on the host whatever the device. */
    public static NDArray host(NDManager scope, long[] values) {
        return onHost(scope, manager -> manager.create(values));
    }

    /** Numbers that scripts read one by one; on the host whatever the device. */
    public static NDArray host(NDManager scope, double[] values) {
        return onHost(scope, manager -> manager.create(values));
    }

    /** Made on the host from the first: an array that came back from a GPU would have waited for all that runs there. */
    static NDArray onHost(NDManager scope, Function<NDManager, NDArray> make) {
        if (!scope.getDevice().isGpu()) {
            return make.apply(scope);
        }
        try (NDManager host = scope.newSubManager(Device.cpu())) {
            NDArray array = make.apply(host);
            array.attach(scope);
            return array;
        }
    }

    /**
     * Bytes for the device. A GPU reads them from pinned memory while the host goes on, in the order of its other work.
     *
     * @param bytes direct; free once this returns
     * @return uint8
     */
    public NDArray upload(NDManager scope, ByteBuffer bytes, Shape shape) {
        if (!device.isGpu()) {
            return scope.create(bytes, shape, DataType.UINT8);
        }
        try (NDArray values = onHost(scope, manager -> manager.create(bytes, shape, DataType.UINT8))) {
            return one(scope, "upload", values, nothing.get(0));
        }
    }

    private NDArray one(NDManager scope, String method, NDArray... inputs) {
        return script.call(scope, method, new NDList(inputs), nothing).get(0);
    }

    @Override
    public void close() {
        script.close();
        own.close();
    }
}
