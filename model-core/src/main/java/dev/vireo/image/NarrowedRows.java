// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * Rows of a picture resized along x, made a few at a time and kept only as long as they are needed: in a ring, so that they
 * stay in the processor's cache. A row is three planes of one line, levels 0 to 255.
 */
final class NarrowedRows {
    private static final int BATCH = 8;

    private final PixelRows rows;
    private final BicubicAxis axis;
    private final int pitch;
    private final int size;
    private final int line;
    private final int[] ring;
    private final byte[] batch;
    private int next;

    /**
     * @param begin the first row that will be asked for
     * @param kept how many rows must be there at a time
     */
    NarrowedRows(PixelRows rows, BicubicAxis axis, int begin, int kept) {
        this.rows = rows;
        this.axis = axis;
        pitch = 3 * rows.width();
        size = axis.size();
        line = 3 * size;
        ring = new int[Math.multiplyExact(kept + BATCH, line)];
        batch = new byte[Math.multiplyExact(BATCH, pitch)];
        next = begin;
    }

    int[] ring() {
        return ring;
    }

    /** Where a row lies in the ring. */
    int offset(int row) {
        return row % (ring.length / line) * line;
    }

    /** Makes all rows before {@code end}. */
    void require(int end) {
        while (next < end) {
            int count = Math.min(BATCH, rows.height() - next);
            for (int i = 0; i < count; i++) {
                System.arraycopy(rows.array(next + i), rows.offset(next + i), batch, i * pitch, pitch);
            }
            int target = offset(next);
            for (int x = 0; x < size; x++) {
                if (axis.count(x) == 4) {
                    fourTaps(x, count, target + x);
                } else {
                    taps(x, count, target + x);
                }
            }
            next += count;
        }
    }

    /** Enlarging has four taps almost everywhere; their weights stay in registers from row to row. */
    private void fourTaps(int x, int count, int firstTarget) {
        int at = axis.offset(x);
        int a = axis.weights()[at];
        int b = axis.weights()[at + 1];
        int c = axis.weights()[at + 2];
        int d = axis.weights()[at + 3];
        int places = axis.precision();
        int half = 1 << (places - 1);
        byte[] in = batch;
        int[] out = ring;
        int s = 3 * axis.first(x);
        int target = firstTarget;
        for (int i = 0; i < count; i++, s += pitch) {
            int red = a * (in[s] & 255) + b * (in[s + 3] & 255) + c * (in[s + 6] & 255) + d * (in[s + 9] & 255);
            int green = a * (in[s + 1] & 255) + b * (in[s + 4] & 255) + c * (in[s + 7] & 255) + d * (in[s + 10] & 255);
            int blue = a * (in[s + 2] & 255) + b * (in[s + 5] & 255) + c * (in[s + 8] & 255) + d * (in[s + 11] & 255);
            out[target] = BicubicAxis.level(half + red, places);
            out[target + size] = BicubicAxis.level(half + green, places);
            out[target + 2 * size] = BicubicAxis.level(half + blue, places);
            target = below(target);
        }
    }

    private void taps(int x, int count, int firstTarget) {
        int[] weights = axis.weights();
        int begin = axis.offset(x);
        int end = begin + axis.count(x);
        int places = axis.precision();
        int half = 1 << (places - 1);
        byte[] in = batch;
        int[] out = ring;
        int target = firstTarget;
        for (int i = 0; i < count; i++) {
            int s = i * pitch + 3 * axis.first(x);
            int red = half;
            int green = half;
            int blue = half;
            for (int at = begin; at < end; at++, s += 3) {
                int weight = weights[at];
                red += weight * (in[s] & 255);
                green += weight * (in[s + 1] & 255);
                blue += weight * (in[s + 2] & 255);
            }
            out[target] = BicubicAxis.level(red, places);
            out[target + size] = BicubicAxis.level(green, places);
            out[target + 2 * size] = BicubicAxis.level(blue, places);
            target = below(target);
        }
    }

    /** The same place in the next row. */
    private int below(int place) {
        return place + line < ring.length ? place + line : place + line - ring.length;
    }
}
