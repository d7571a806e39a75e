// SPDX-License-Identifier: Apache-2.0
/**
 * An interpreter of Jinja chat templates in the environment that transformers 5 gives them: {@code trim_blocks}, {@code lstrip_blocks},
 * loop controls, {@code raise_exception}, {@code strftime_now}, {@code tojson} without HTML escaping, {@code generation} blocks, a sandbox without
 * mutation. What it renders is what jinja2 3.1 renders, character by character; a construct that it does not know exactly is refused by name
 * and line. Imports {@code tokenization.python} alone.
 */
@NullMarked
package dev.vireo.tokenization.jinja;

import org.jspecify.annotations.NullMarked;
