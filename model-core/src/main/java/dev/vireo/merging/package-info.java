// SPDX-License-Identifier: Apache-2.0
/**
 * Arithmetic on whole adapters, module by module: several become one, one becomes part of the model's weights, and norms say how
 * large each is. Adapters are host tensors in and out; nothing here runs a model.
 *
 * <p>Legend: W [out, in] a weight, A [R, in] and B [out, R] an adapter's factors, s its scale, w its weight in a mean; the mean of
 * adapters is D = sum w s B A.
 */
@NullMarked
package dev.vireo.merging;

import org.jspecify.annotations.NullMarked;
