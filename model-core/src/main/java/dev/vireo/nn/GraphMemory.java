// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/**
 * Decides for each block whether its graph is kept for the backward pass or computed again: graphs are kept from the first
 * block on while they fit the budget. Keeping saves about a quarter of a step's work; recomputing keeps memory flat in depth.
 */
public final class GraphMemory {
    private final long budgetBytes;
    private final int elementBytes;

    /**
     * @param budgetBytes what kept graphs may take; 0 recomputes everything
     * @param elementBytes width of an element of the activations
     */
    public GraphMemory(long budgetBytes, int elementBytes) {
        this.budgetBytes = budgetBytes;
        this.elementBytes = elementBytes;
    }

    /** Bytes that a block's graph takes at most for an input of so many rows. */
    long bytes(Block block, long rows) {
        return block.graphElements(rows, 1) * elementBytes;
    }

    boolean fits(long bytes) {
        return bytes <= budgetBytes;
    }
}
