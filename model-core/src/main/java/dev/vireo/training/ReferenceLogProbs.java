// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

/** The reference model's log-probabilities of a row's answers, computed once before training. */
@FunctionalInterface
public interface ReferenceLogProbs {
    /** A row's sums over completion tokens, in nats: chosen, rejected.
     *
     * @throws IllegalArgumentException naming the row that the reference does not have
     */
    double[] of(String rowId);

    /** For objectives that compare with no reference. */
    static ReferenceLogProbs none() {
        return rowId -> {
            throw new IllegalArgumentException("Cannot compare row " + rowId + " with the reference: none was given");
        };
    }
}
