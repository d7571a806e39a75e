// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

/** A value that a template may look for but not read, such as the picture in an image part. */
public record Opaque(String what) {}
