// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import dev.vireo.tensor.ElementType;
import java.util.Arrays;
import java.util.Optional;

/** The element type of a tensor in a file, named as in the header of a safetensors file. */
public enum StoredType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    F8_E4M3(1),
    F8_E5M2(1),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U64(8),
    U32(4),
    U16(2),
    U8(1),
    BOOL(1);

    private final int elementBytes;

    StoredType(int elementBytes) {
        this.elementBytes = elementBytes;
    }

    /** The size of one element in bytes. */
    public int elementBytes() {
        return elementBytes;
    }

    /** The same type of a tensor that is computed with, if this is a floating-point number of 16 to 64 bits. */
    public Optional<ElementType> floating() {
        return switch (this) {
            case F64 -> Optional.of(ElementType.FLOAT64);
            case F32 -> Optional.of(ElementType.FLOAT32);
            case F16 -> Optional.of(ElementType.FLOAT16);
            case BF16 -> Optional.of(ElementType.BFLOAT16);
            default -> Optional.empty();
        };
    }

    /** The type that a safetensors header calls {@code name}, if it is one that is read here. */
    public static Optional<StoredType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }
}
