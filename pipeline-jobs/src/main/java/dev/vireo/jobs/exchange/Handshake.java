// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How two workers prove to each other that they belong to the same gang. The listener sends a greeting with a random
 * number; the caller answers with its own, both ranks, the generation and a proof; the listener proves itself in turn. A
 * proof is an HMAC over all of that, so it is of no use on another connection, in another direction or another generation.
 */
final class Handshake {
    private static final byte[] MAGIC = {'V', 'I', 'R', 'E', 'O', 'X', 'C', 1};
    private static final int RANDOM = 32;
    private static final int PROOF = 32;
    private static final int KEY = 16;
    private static final SecureRandom SOURCE = new SecureRandom();

    /** Bytes of the listener's first message. */
    static final int GREETING = MAGIC.length + RANDOM;
    /** Bytes of the caller's answer. */
    static final int ANSWER = Long.BYTES + 2 * Integer.BYTES + RANDOM + PROOF;
    /** Bytes of the listener's proof. */
    static final int WELCOME = PROOF;

    private final Secret secret;
    private final long generation;
    private final byte[] listenerRandom;
    private byte[] callerRandom = new byte[0];
    private int caller;
    private int listener;

    private Handshake(Secret secret, long generation, byte[] listenerRandom) {
        this.secret = secret;
        this.generation = generation;
        this.listenerRandom = listenerRandom;
    }

    /** The listener's side of a new connection. */
    static Handshake listening(Secret secret, long generation) {
        return new Handshake(secret, generation, random());
    }

    /** The caller's side, once the greeting is here; null if it is not one. */
    static @Nullable Handshake calling(Secret secret, long generation, ByteBuffer greeting) {
        byte[] magic = take(greeting, MAGIC.length);
        return MessageDigest.isEqual(magic, MAGIC) ? new Handshake(secret, generation, take(greeting, RANDOM)) : null;
    }

    ByteBuffer greeting() {
        return ByteBuffer.allocate(GREETING).put(MAGIC).put(listenerRandom).flip();
    }

    /** What the caller sends. */
    ByteBuffer answer(int from, int to) {
        caller = from;
        listener = to;
        callerRandom = random();
        return ByteBuffer.allocate(ANSWER)
                .putLong(generation)
                .putInt(from)
                .putInt(to)
                .put(callerRandom)
                .put(proof("call"))
                .flip();
    }

    /** Reads an answer; the rank that proved itself, or -1. */
    int accept(ByteBuffer answer, int self) {
        long ofGeneration = answer.getLong();
        caller = answer.getInt();
        listener = answer.getInt();
        callerRandom = take(answer, RANDOM);
        boolean proven = MessageDigest.isEqual(take(answer, PROOF), proof("call"));
        return proven && ofGeneration == generation && listener == self ? caller : -1;
    }

    /** What the listener sends to a caller that it accepts. */
    ByteBuffer welcome() {
        return ByteBuffer.wrap(proof("welcome"));
    }

    /** Whether the listener proved itself. */
    boolean isWelcome(ByteBuffer welcome) {
        return MessageDigest.isEqual(take(welcome, PROOF), proof("welcome"));
    }

    /** The key of AES-128 for one direction of this connection. */
    byte[] key(boolean fromCaller) {
        return Arrays.copyOf(proof(fromCaller ? "seal caller" : "seal listener"), KEY);
    }

    private byte[] proof(String purpose) {
        byte[] names = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES)
                .putLong(generation)
                .putInt(caller)
                .putInt(listener)
                .array();
        return secret.derive(purpose, names, listenerRandom, callerRandom);
    }

    private static byte[] random() {
        byte[] bytes = new byte[RANDOM];
        SOURCE.nextBytes(bytes);
        return bytes;
    }

    private static byte[] take(ByteBuffer from, int count) {
        byte[] bytes = new byte[count];
        from.get(bytes);
        return bytes;
    }
}
