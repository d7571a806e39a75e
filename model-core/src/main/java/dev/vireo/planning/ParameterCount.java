// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

/**
 * Numbers of parameters.
 *
 * @param all of the model's files
 * @param trained of the adapter, or of all weights that compute
 */
public record ParameterCount(long all, long trained) {}
