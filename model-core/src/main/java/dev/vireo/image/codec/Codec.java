// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.io.IOException;

/** One file format. */
interface Codec {
    /** True if the file begins as this format's files do. */
    boolean recognises(byte[] encoded);

    /** Reads no more than the header and the metadata; decodes nothing. */
    ImageHeader header(byte[] encoded) throws IOException;

    /** The pixels as they are stored, without turning them. */
    Pixels decode(byte[] encoded, ImageHeader header) throws IOException;
}
