// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

/**
 * Log-probabilities of a row's two answers.
 *
 * @param chosenLogps sum over the scored tokens of the chosen answer, nats
 * @param rejectedLogps of the rejected answer; 0 where there is none
 * @param chosenShared the same sum over the first scored tokens, as many as the shorter of the two answers has
 * @param rejectedShared of the rejected answer
 * @param chosenTokens scored tokens of the chosen answer
 * @param rejectedTokens of the rejected answer
 */
public record PairScore(
        double chosenLogps,
        double rejectedLogps,
        double chosenShared,
        double rejectedShared,
        int chosenTokens,
        int rejectedTokens) {}
