// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

/**
 * One file or directory.
 *
 * @param path qualified, usable with {@link Storage} again
 * @param name the last part of the path
 * @param bytes length of a file; 0 for a directory
 * @param modifiedMillis time of the last change, since 1970
 * @param isDirectory whether it is a directory
 */
public record FileEntry(String path, String name, long bytes, long modifiedMillis, boolean isDirectory) {}
