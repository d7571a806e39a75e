// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

/** Tokens over which ORPO's negative log-likelihood is taken; implementations of the field differ (TRL: both parts). */
public enum NllScope {
    /** The chosen answer. */
    COMPLETION,
    /** Prompt and chosen answer; image tokens are never targets. */
    ALL
}
