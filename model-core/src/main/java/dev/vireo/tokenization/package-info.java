// SPDX-License-Identifier: Apache-2.0
/**
 * From conversations to token ids, as TRL's vision collator makes them: chat templates, tokenizers, and which tokens of an answer are
 * scored. Imports {@code data} and its own subpackages alone.
 */
@NullMarked
package dev.vireo.tokenization;

import org.jspecify.annotations.NullMarked;
