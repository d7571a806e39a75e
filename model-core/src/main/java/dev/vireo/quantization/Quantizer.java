// SPDX-License-Identifier: Apache-2.0
package dev.vireo.quantization;

/** Makes the narrower form of weights, one after the other. Confined to one thread; computes on several. */
public interface Quantizer {
    /**
     * Quantizes a weight [rows, columns].
     *
     * @return its codes share memory with those of the next call
     */
    QuantizedWeight quantize(Elements elements, long rows, long columns);
}
