// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;

/** What readers throw when a file is broken, as one kind of exception: they meet hostile bytes with whatever fails first. */
final class Damage {
    private Damage() {}

    /** Something that reads a file. */
    interface Reading<T> {
        T read() throws IOException;
    }

    static <T> T guard(Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (EOFException | BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IOException("it is cut off or broken", e);
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw reason.startsWith("it ") ? e : new IOException("it is broken: " + reason, e);
        } catch (RuntimeException e) {
            throw new IOException("it is broken: " + e, e);
        }
    }
}
