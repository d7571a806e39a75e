// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

/** The reference model's log-probabilities of a row's answers, computed once before training. */
@FunctionalInterface
public interface ReferenceLogProbs {
    /**
     * A row's sums.
     *
     * @throws IllegalArgumentException naming the row that the reference does not have
     */
    Sums of(String rowId);

    /**
     * The sums of another row's answers to this row's prompt.
     *
     * @throws IllegalArgumentException naming the row that the reference does not have
     */
    default Sums ofMismatched(String rowId) {
        throw new IllegalArgumentException(
                "Cannot compare row " + rowId + " with the reference: it has no scores of other rows' answers");
    }

    /**
     * Sums of the log-probabilities of a row's answers, nats; 0 for an answer that the row does not have.
     *
     * @param chosen over all scored tokens
     * @param rejected over all scored tokens
     * @param chosenShared over the first ones, as many as the row's shorter answer has
     * @param rejectedShared over the first ones, as many as the row's shorter answer has
     */
    record Sums(double chosen, double rejected, double chosenShared, double rejectedShared) {
        /** The chosen answer's sum with the tokens beyond the shared length weighted. */
        double chosen(double lengthAlpha) {
            return lengthAlpha == 1 ? chosen : lengthAlpha * chosen + (1 - lengthAlpha) * chosenShared;
        }

        double rejected(double lengthAlpha) {
            return lengthAlpha == 1 ? rejected : lengthAlpha * rejected + (1 - lengthAlpha) * rejectedShared;
        }
    }

    /** For objectives that compare with no reference. */
    static ReferenceLogProbs none() {
        return rowId -> {
            throw new IllegalArgumentException("Cannot compare row " + rowId + " with the reference: none was given");
        };
    }
}
