// SPDX-License-Identifier: Apache-2.0
/**
 * Python's values and the methods of its strings, lists and dicts, as far as chat templates use them: exactly as Python
 * 3 has them, or refused with a {@link PythonException}. Imports nothing of Vireo.
 *
 * <p>Values are {@link java.lang.String} (indexed by code point, as in Python), {@link java.lang.Long}, {@link java.lang.Double},
 * {@link java.lang.Boolean}, {@link java.util.List}, {@link java.util.Map} with string keys, and the types of this package.
 */
@NullMarked
package dev.vireo.tokenization.python;

import org.jspecify.annotations.NullMarked;
