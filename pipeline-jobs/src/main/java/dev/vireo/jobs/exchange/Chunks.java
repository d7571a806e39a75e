// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.nio.ByteBuffer;

/**
 * How values are cut: one chunk for each member of a team, which that member sums, and each chunk into pieces that travel
 * alone. Positions are bytes.
 */
final class Chunks {
    /** Bytes of a piece: few enough to stay in a processor's cache between the socket and the sum. */
    static final int PIECE = 1 << 19;

    private final int[] starts;
    private final int[] ends;

    private Chunks(int[] starts, int[] ends) {
        this.starts = starts;
        this.ends = ends;
    }

    /**
     * Chunks of equal size.
     *
     * @param start of all of them
     * @param end of all of them
     * @param owners members that own one, the first ones
     * @param members of the team; those that own none have an empty chunk
     */
    static Chunks even(int start, int end, Unit unit, int owners, int members) {
        int[] starts = new int[members];
        int[] ends = new int[members];
        long count = (end - start) / unit.bytes();
        for (int member = 0; member < members; member++) {
            starts[member] = start + (int) (count * Math.min(member, owners) / owners) * unit.bytes();
            ends[member] = start + (int) (count * Math.min(member + 1, owners) / owners) * unit.bytes();
        }
        return new Chunks(starts, ends);
    }

    /** Given chunks. */
    static Chunks of(int[] starts, int[] ends) {
        return new Chunks(starts, ends);
    }

    int start(int owner) {
        return starts[owner];
    }

    int end(int owner) {
        return ends[owner];
    }

    /** The number of pieces of an owner's chunk. */
    int pieces(int owner) {
        return (ends[owner] - starts[owner] + PIECE - 1) / PIECE;
    }

    /** The number of pieces of the longest chunk. */
    int mostPieces() {
        int most = 0;
        for (int owner = 0; owner < starts.length; owner++) {
            most = Math.max(most, pieces(owner));
        }
        return most;
    }

    /** A piece of an owner's chunk, as a view of all values. */
    ByteBuffer piece(ByteBuffer values, int owner, int piece) {
        int start = starts[owner] + piece * PIECE;
        return values.slice(start, Math.min(PIECE, ends[owner] - start));
    }
}
