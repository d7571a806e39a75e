// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * Rows of a picture resized along x, made some at a time and kept only as long as they are needed: in a ring, so that they
 * stay in the processor's cache. A row is three planes of one line, levels 0 to 255.
 *
 * <p>Along a row every output pixel has other inputs, which no vector instruction fetches; down a column all have the same.
 * So the rows are turned a strip at a time: a line of {@link TapSums} is one column of all rows, and its sums are turned back.
 */
final class NarrowedRows {
    /** Rows that are made at a time. */
    private static final int BATCH = 64;

    private static final int COLUMN = 3 * BATCH;

    /** Output columns are turned back so many at a time. */
    private static final int TURN = 8;

    /** A strip has no more input columns than this, unless few output columns need them: what lies in the cache. */
    private static final int STRIP_INPUTS = 192;

    private static final int STRIP_OUTPUTS = 64;

    private final PixelRows rows;
    private final ResizingAxis axis;
    private final int pitch;
    private final int plane;
    private final int[][] ring;
    private final byte[] batch;
    private final int[][] columns;
    private final int[][] narrowed;
    private int next;

    /**
     * @param begin the first row that will be asked for
     * @param kept how many rows must be there at a time
     */
    NarrowedRows(PixelRows rows, ResizingAxis axis, int begin, int kept) {
        this.rows = rows;
        this.axis = axis;
        pitch = 3 * rows.width();
        plane = (axis.size() + TURN - 1) / TURN * TURN;
        ring = new int[Math.min(kept, rows.height()) + BATCH][Math.multiplyExact(3, plane)];
        batch = new byte[Math.multiplyExact(BATCH, pitch)];
        int outputs = Math.max(1, axis.size() * STRIP_INPUTS / rows.width() / TURN);
        narrowed = new int[Math.min(outputs * TURN, STRIP_OUTPUTS)][COLUMN];
        columns = new int[widestStrip()][COLUMN];
        next = begin;
    }

    private int widestStrip() {
        int widest = 0;
        for (int x = 0; x < axis.size(); x += narrowed.length) {
            widest = Math.max(widest, endOfStrip(x) - axis.first(x));
        }
        return widest;
    }

    /** Behind the last input column that the strip from output column {@code x} needs. */
    private int endOfStrip(int x) {
        int last = Math.min(x + narrowed.length, axis.size()) - 1;
        return axis.first(last) + axis.count(last);
    }

    /** Row {@code y} is {@code ring()[y % ring().length]}. */
    int[][] ring() {
        return ring;
    }

    /** Columns of a plane of a row; those behind the last of the picture mean nothing. */
    int plane() {
        return plane;
    }

    /** Makes all rows before {@code end}. */
    void require(int end) {
        while (next < end) {
            int count = Math.min(BATCH, rows.height() - next);
            for (int i = 0; i < count; i++) {
                System.arraycopy(rows.array(next + i), rows.offset(next + i), batch, i * pitch, pitch);
            }
            for (int x = 0; x < axis.size(); x += narrowed.length) {
                strip(x, count);
            }
            next += count;
        }
    }

    private void strip(int x, int count) {
        int begin = axis.first(x);
        int end = endOfStrip(x);
        for (int column = begin; column < end; column++) {
            turn(batch, 3 * column, pitch, columns[column - begin], count);
        }
        int outputs = Math.min(narrowed.length, axis.size() - x);
        for (int i = 0; i < outputs; i++) {
            TapSums.levels(narrowed[i], columns, axis.first(x + i) - begin, axis, x + i);
        }
        for (int i = 0; i < outputs; i += TURN) {
            turnBack(i, x + i, count);
        }
    }

    private static void turn(byte[] in, int first, int pitch, int[] column, int count) {
        for (int i = 0, at = first; i < count; i++, at += pitch) {
            column[i] = in[at] & 255;
            column[BATCH + i] = in[at + 1] & 255;
            column[2 * BATCH + i] = in[at + 2] & 255;
        }
    }

    private void turnBack(int from, int x, int count) {
        for (int channel = 0; channel < 3; channel++) {
            eight(narrowed, from, channel * BATCH, channel * plane + x, count);
        }
    }

    private void eight(int[][] in, int from, int plane, int target, int count) {
        int[] a = in[from];
        int[] b = in[from + 1];
        int[] c = in[from + 2];
        int[] d = in[from + 3];
        int[] e = in[from + 4];
        int[] f = in[from + 5];
        int[] g = in[from + 6];
        int[] h = in[from + 7];
        int line = next % ring.length;
        for (int i = plane; i < plane + count; i++) {
            int[] row = ring[line];
            row[target] = a[i];
            row[target + 1] = b[i];
            row[target + 2] = c[i];
            row[target + 3] = d[i];
            row[target + 4] = e[i];
            row[target + 5] = f[i];
            row[target + 6] = g[i];
            row[target + 7] = h[i];
            line = line + 1 < ring.length ? line + 1 : 0;
        }
    }
}
