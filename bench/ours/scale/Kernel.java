// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

/** The sum of two workers' gradients in the memory that sockets and tensors share, beside a plain loop over arrays: Kernel MEGABYTES ROUNDS. */
public final class Kernel {
    private static final int WARM_UP = 20;

    public static void main(String[] arguments) {
        int count = (int) (Double.parseDouble(arguments[0]) * 1e6) / 4;
        int rounds = Integer.parseInt(arguments[1]);
        float[] sum = new float[count];
        float[] values = new float[count];
        ByteBuffer directSum = ByteBuffer.allocateDirect(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer directValues = ByteBuffer.allocateDirect(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        double[] ratios = new double[rounds];
        double plain = 0;
        double ours = 0;
        for (int round = -WARM_UP; round < rounds; round++) {
            long start = System.nanoTime();
            add(sum, values);
            long middle = System.nanoTime();
            addPieces(directSum, directValues);
            long end = System.nanoTime();
            if (round >= 0) {
                plain = 4e-9 * count / ((middle - start) / 1e9);
                ours = 4e-9 * count / ((end - middle) / 1e9);
                ratios[round] = ours / plain;
            }
        }
        Arrays.sort(ratios);
        System.out.println(String.format(Locale.ROOT,
                "sum of %.1f MB: %.1f GB/s of one operand in direct memory, %.1f GB/s on float[], median ratio %.2f",
                4e-6 * count, ours, plain, ratios[rounds / 2]));
    }

    private static void add(float[] sum, float[] values) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i];
        }
    }

    private static void addPieces(ByteBuffer sum, ByteBuffer values) {
        for (int at = 0; at < sum.capacity(); at += Chunks.PIECE) {
            int bytes = Math.min(Chunks.PIECE, sum.capacity() - at);
            Unit.FLOAT32.add(sum.slice(at, bytes), values.slice(at, bytes));
        }
    }
}
