// SPDX-License-Identifier: Apache-2.0
/**
 * Narrower forms of frozen weights, as bitsandbytes makes them: NF4 and int8. Plain Java on the host, element by element as they
 * come from a file. Imports nothing of Vireo.
 */
@NullMarked
package dev.vireo.quantization;

import org.jspecify.annotations.NullMarked;
