// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of an encrypted connection: records of AES-GCM with a key of their own, numbered by a counter that is the
 * nonce, so that a record which is changed, repeated, left out or moved does not open. Confined to one thread at a time.
 */
final class Seal {
    /** Bytes of a record's text: what the processor's cache and Java's cipher like best. */
    static final int RECORD = 1 << 17;

    private static final int TAG = 16;
    private static final int NONCE = 12;

    private final Cipher cipher;
    private final SecretKeySpec key;
    private final int mode;
    private final byte[] plain = new byte[RECORD];
    private final byte[] sealed = new byte[RECORD + TAG];
    private long count;

    private Seal(byte[] key, int mode) {
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has AES/GCM", e);
        }
        this.key = new SecretKeySpec(key, "AES");
        this.mode = mode;
    }

    static Seal closing(byte[] key) {
        return new Seal(key, Cipher.ENCRYPT_MODE);
    }

    static Seal opening(byte[] key) {
        return new Seal(key, Cipher.DECRYPT_MODE);
    }

    /** Bytes on the wire for so many bytes of text. */
    static int size(int bytes) {
        int records = Math.max(1, (bytes + RECORD - 1) / RECORD);
        return bytes + records * TAG;
    }

    /** Appends the records of all remaining text to {@code into}; the header is authenticated with the first. */
    void close(ByteBuffer header, ByteBuffer text, ByteBuffer into) {
        boolean first = true;
        do {
            int bytes = Math.min(RECORD, text.remaining());
            text.get(plain, 0, bytes);
            into.put(sealed, 0, run(first ? header : null, plain, bytes, sealed));
            first = false;
        } while (text.hasRemaining());
    }

    /**
     * Fills {@code text} from its records.
     *
     * @throws IllegalStateException if they are not what was sent
     */
    void open(ByteBuffer header, ByteBuffer records, ByteBuffer text) {
        boolean first = true;
        do {
            int bytes = Math.min(RECORD, text.remaining()) + TAG;
            records.get(sealed, 0, bytes);
            text.put(plain, 0, run(first ? header : null, sealed, bytes, plain));
            first = false;
        } while (text.hasRemaining());
    }

    private int run(@org.jspecify.annotations.Nullable ByteBuffer header, byte[] in, int bytes, byte[] out) {
        try {
            byte[] nonce = ByteBuffer.allocate(NONCE)
                    .putLong(NONCE - Long.BYTES, count++)
                    .array();
            cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce));
            if (header != null) {
                cipher.updateAAD(header.duplicate());
            }
            return cipher.doFinal(in, 0, bytes, out, 0);
        } catch (AEADBadTagException e) {
            throw new IllegalStateException("what it sent was changed on its way", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed: " + e.getMessage(), e);
        }
    }
}
