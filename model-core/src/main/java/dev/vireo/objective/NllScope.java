// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

/** Tokens over which a negative log-likelihood is taken; for ORPO implementations of the field differ (TRL: both parts). */
public enum NllScope {
    /** The chosen answer. */
    COMPLETION,
    /** Prompt and chosen answer; image tokens are never targets. */
    ALL
}
