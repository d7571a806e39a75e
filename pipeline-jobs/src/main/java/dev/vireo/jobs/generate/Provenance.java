// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import java.io.Serializable;

/**
 * Who answered and judged.
 *
 * @param modelHash of the model's weights and configuration
 * @param adapterHash of its adapter, or {@code none}
 * @param seed of the sampling
 */
record Provenance(String modelHash, String adapterHash, long seed) implements Serializable {}
