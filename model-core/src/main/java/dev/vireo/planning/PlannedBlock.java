// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

import dev.vireo.nn.Block;
import dev.vireo.nn.LinearModule;

/**
 * A block and what a step does with it.
 *
 * @param rows of its input
 * @param graphBytes what autograd keeps of it
 * @param active whether its input or a parameter wants a gradient
 * @param keeps whether its graph is kept for the backward pass, where it is active
 * @param dequantizedBytes of its weights once they are made anew; 0 where they are held as they are
 * @param trained elements of its trained parameters
 */
record PlannedBlock(
        Block block, long rows, long graphBytes, boolean active, boolean keeps, long dequantizedBytes, long trained) {
    /** Width of its input. */
    long width(long otherwise) {
        return block.linears().stream()
                .mapToLong(LinearModule::inFeatures)
                .min()
                .orElse(otherwise);
    }
}
