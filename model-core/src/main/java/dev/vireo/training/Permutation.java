// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

/**
 * A pseudo-random permutation of {@code 0 .. size-1} that is computed, not stored: four rounds of a Feistel network on
 * the next even number of bits, repeated until the value falls inside the range (cycle walking; Black and Rogaway,
 * "Ciphers with Arbitrary Finite Domains", CT-RSA 2002, section 3). The expected number of repetitions is below 4.
 */
final class Permutation {
    private static final int ROUNDS = 4;

    private final int size;
    private final int halfBits;
    private final long[] roundKeys = new long[ROUNDS];

    Permutation(int size, long seed, long stream) {
        this.size = size;
        int bits = 32 - Integer.numberOfLeadingZeros(Math.max(size - 1, 1));
        this.halfBits = (bits + 1) / 2;
        long state = mix(seed) ^ mix(stream + 0x9E3779B97F4A7C15L);
        for (int round = 0; round < ROUNDS; round++) {
            state += 0x9E3779B97F4A7C15L;
            roundKeys[round] = mix(state);
        }
    }

    /** The value at {@code position}; every value of the range occurs at exactly one position. */
    int at(int position) {
        long value = position;
        do {
            value = encrypt(value);
        } while (value >= size);
        return (int) value;
    }

    private long encrypt(long value) {
        long mask = (1L << halfBits) - 1;
        long left = value >>> halfBits;
        long right = value & mask;
        for (long key : roundKeys) {
            long next = left ^ (mix(right ^ key) & mask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a bijection on 64 bits that spreads every input bit. */
    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
