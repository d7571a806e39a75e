// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

/**
 * How an array is cut: one contiguous chunk for each rank, which that rank sums, and each chunk into pieces that travel
 * alone.
 */
final class Chunks {
    /** 256 KiB of float32. */
    static final int PIECE = 1 << 16;

    private final int length;
    private final int worldSize;

    Chunks(int length, int worldSize) {
        this.length = length;
        this.worldSize = worldSize;
    }

    int start(int owner) {
        return (int) ((long) length * owner / worldSize);
    }

    int end(int owner) {
        return start(owner + 1);
    }

    /** The number of pieces of an owner's chunk. */
    int pieces(int owner) {
        return (end(owner) - start(owner) + PIECE - 1) / PIECE;
    }

    /** The number of pieces of the longest chunk. */
    int mostPieces() {
        int most = 0;
        for (int owner = 0; owner < worldSize; owner++) {
            most = Math.max(most, pieces(owner));
        }
        return most;
    }

    int pieceStart(int owner, int piece) {
        return start(owner) + piece * PIECE;
    }

    int pieceLength(int owner, int piece) {
        return Math.min(PIECE, end(owner) - pieceStart(owner, piece));
    }
}
