// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

/** Text from the {@code safe} filter (markupsafe's {@code Markup}), which would escape what is added to it. */
public record SafeText(String text) {}
