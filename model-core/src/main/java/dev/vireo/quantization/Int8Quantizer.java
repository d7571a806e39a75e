// SPDX-License-Identifier: Apache-2.0
package dev.vireo.quantization;

import java.nio.ByteBuffer;

/**
 * Whole numbers up to 127, times the largest magnitude of a row over 127: the weights of LLM.int8 (Dettmers et al. 2022, arXiv
 * 2208.07339), bit for bit as bitsandbytes 0.50.2, {@code int8_vectorwise_quant}. Activations are not quantized.
 */
final class Int8Quantizer implements Quantizer {
    private static final float LARGEST = 127;

    private ByteBuffer codes = ByteBuffer.allocateDirect(0);

    @Override
    public QuantizedWeight quantize(Elements elements, long rows, long columns) {
        int bytes = Math.toIntExact(Math.multiplyExact(rows, columns));
        if (codes.capacity() < bytes) {
            codes = ByteBuffer.allocateDirect(bytes);
        }
        float[] scales = new float[Math.toIntExact(rows)];
        float[] row = new float[Math.toIntExact(columns)];
        byte[] narrow = new byte[row.length];
        ByteBuffer written = codes.duplicate().position(0).limit(bytes).slice();
        for (int r = 0; r < rows; r++) {
            elements.next(row, row.length);
            scales[r] = Nearest.largestMagnitude(row, 0, row.length);
            float factor = scales[r] == 0 ? 0 : 1 / scales[r] * LARGEST; // as PyTorch divides a number by a tensor
            for (int i = 0; i < row.length; i++) {
                narrow[i] = (byte) Math.rint(row[i] * factor);
            }
            written.put(narrow);
        }
        return new QuantizedWeight(
                written.flip(), 1, new QuantizedWeight.Scales(scales, new byte[0]), new QuantizedWeight.Tables());
    }
}
