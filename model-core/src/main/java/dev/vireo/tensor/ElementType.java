// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tensor;

/** Types of stored tensors, with the codes that TorchScript gives them. */
public enum ElementType {
    UINT8(0, 1),
    INT8(1, 1),
    INT32(3, 4),
    INT64(4, 8),
    FLOAT16(5, 2),
    FLOAT32(6, 4),
    FLOAT64(7, 8),
    BFLOAT16(15, 2);

    private final int code;
    private final int width;

    ElementType(int code, int width) {
        this.code = code;
        this.width = width;
    }

    /** As TorchScript numbers it. */
    public int code() {
        return code;
    }

    /** Bytes of one element. */
    public int width() {
        return width;
    }
}
