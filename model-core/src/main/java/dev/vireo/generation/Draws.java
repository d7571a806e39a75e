// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The stream of random numbers of one answer: a function of seed, row and sample alone, so an answer does not depend on
 * what else is generated, where, or in which order. SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) from a hash of the three.
 */
final class Draws {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;

    Draws(long seed, String rowId, int sample) {
        byte[] id = rowId.getBytes(StandardCharsets.UTF_8);
        ByteBuffer key = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + id.length);
        key.putLong(seed).putInt(sample).put(id);
        state = ByteBuffer.wrap(sha256(key.array())).getLong();
    }

    /** Uniform in [0, 1). */
    double next() {
        state += GOLDEN;
        long z = (state ^ state >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 11) * 0x1.0p-53;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Cannot hash: this Java has no SHA-256", e);
        }
    }
}
