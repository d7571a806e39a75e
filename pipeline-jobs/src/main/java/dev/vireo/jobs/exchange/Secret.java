// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The secret of one gang, known to its workers alone, and what is derived from it by HMAC-SHA256. */
final class Secret {
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] key;

    Secret(String key) {
        this.key = key.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * 32 bytes that only a holder of the secret can make.
     *
     * @param purpose one for each use, so that no value serves for two
     */
    byte[] derive(String purpose, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(purpose.getBytes(StandardCharsets.UTF_8));
            for (byte[] part : parts) {
                mac.update((byte) part.length);
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
        }
    }
}
