// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over parts of known length, so that no two sequences of parts run together. */
final class Digest {
    private final MessageDigest sha;

    Digest() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Cannot find SHA-256, which every Java has", e);
        }
    }

    Digest text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).flip());
        sha.update(bytes);
        return this;
    }

    /** Adds the remaining content of {@code bytes}, whose length the caller has told. */
    Digest bytes(ByteBuffer bytes) {
        sha.update(bytes.duplicate());
        return this;
    }

    String hex() {
        return HexFormat.of().formatHex(sha.digest());
    }
}
