// SPDX-License-Identifier: Apache-2.0
/**
 * What people and models said: messages of text and images, and the conversations that training compares. Knows
 * neither tokens nor tensors, and imports nothing of Vireo.
 */
@NullMarked
package dev.vireo.data;

import org.jspecify.annotations.NullMarked;
