// SPDX-License-Identifier: Apache-2.0
package dev.vireo.quantization;

/** How the weights of the frozen language model's linear modules are held. */
public enum BaseFormat {
    /** In the type that the model computes in. */
    AS_IS,
    /** Four bits, and a float32 scale for each block of 64: 4.5 bits a weight. */
    NF4,
    /** The same with scales of eight bits: 4.13 bits a weight. */
    NF4_DOUBLE,
    /** Eight bits, and a float32 scale for each row. */
    INT8;

    /** Whether weights are narrower than what the model computes in. */
    public boolean isQuantized() {
        return this != AS_IS;
    }

    /** What makes this form. */
    public Quantizer quantizer() {
        return switch (this) {
            case AS_IS -> throw new IllegalStateException("Cannot quantize weights: the base is held as it is");
            case NF4 -> new Nf4Quantizer(false);
            case NF4_DOUBLE -> new Nf4Quantizer(true);
            case INT8 -> new Int8Quantizer();
        };
    }

    /** Bytes that a weight [outFeatures, inFeatures] takes with its scales; {@code elementBytes} of one element as it is. */
    public long bytes(long outFeatures, long inFeatures, int elementBytes) {
        long elements = outFeatures * inFeatures;
        long blocks = (elements + Nf4Quantizer.BLOCK - 1) / Nf4Quantizer.BLOCK;
        return switch (this) {
            case AS_IS -> elements * elementBytes;
            case NF4 -> (elements + 1) / 2 + Float.BYTES * (blocks + Nf4Quantizer.PAIRS);
            case NF4_DOUBLE ->
                (elements + 1) / 2
                        + blocks
                        + Float.BYTES * (Nf4Quantizer.PAIRS + DynamicMap.SIZE + 1 + DynamicMap.blocks(blocks));
            case INT8 -> elements + Float.BYTES * outFeatures;
        };
    }
}
