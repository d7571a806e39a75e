// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import java.io.Serializable;

/**
 * A row of the input. Its order is that of the input.
 *
 * @param file number of its file
 * @param row its number in the file
 */
record RowPlace(int file, long row) implements Serializable, Comparable<RowPlace> {
    @Override
    public int compareTo(RowPlace other) {
        return file == other.file ? Long.compare(row, other.row) : Integer.compare(file, other.file);
    }
}
