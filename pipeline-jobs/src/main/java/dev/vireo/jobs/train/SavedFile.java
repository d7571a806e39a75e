// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.io.Serializable;

/**
 * A file that a worker wrote.
 *
 * @param name in its directory
 * @param bytes its length
 * @param sha256 of its content, in hexadecimal digits
 */
record SavedFile(String name, long bytes, String sha256) implements Serializable {}
