// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/**
 * What a block's kept graph holds, in elements: an estimate for the memory plan and the budget of kept graphs.
 *
 * @param perRow for each row (token or position) of the input
 * @param heads of an attention whose probabilities are kept too, each token of a row's sequence with those before it; 0 where none are
 * @param mostProbabilities for each row, beyond which they are not kept
 */
record GraphSize(long perRow, long heads, long mostProbabilities) {
    /** A graph without probabilities. */
    static GraphSize of(long perRow) {
        return new GraphSize(perRow, 0, 0);
    }

    /** Of an input of so many rows, packed from so many sequences of one length: as much at least. */
    long elements(long rows, long sequences) {
        return rows * perRow + Math.min(rows * mostProbabilities, heads * rows * rows / (2 * sequences));
    }
}
