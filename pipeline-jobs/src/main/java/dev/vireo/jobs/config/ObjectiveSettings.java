// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * What training optimises.
 *
 * @param kind the objective
 * @param loss DPO's loss
 * @param reference DPO's reference: {@link #START}, {@link #BASE} or an adapter's directory
 * @param referenceScores output of {@code score} that holds the reference; {@link #NONE} computes it
 * @param beta DPO's beta, ORPO's lambda
 * @param orpoNll tokens of ORPO's likelihood term
 */
public record ObjectiveSettings(
        Kind kind, DpoLoss loss, String reference, String referenceScores, double beta, OrpoNll orpoNll)
        implements Serializable {
    /** The reference is the model as it is when training starts. */
    public static final String START = "start";
    /** The reference is the model without any adapter. */
    public static final String BASE = "base";

    /** No output of {@code score} is given. */
    public static final String NONE = "none";

    /** Objectives. */
    public enum Kind {
        /** Odds-ratio preference optimisation. */
        ORPO,
        /** Direct preference optimisation. */
        DPO,
        /** Supervised fine-tuning on the chosen answer. */
        SFT
    }

    /** Losses of DPO, by TRL's names. */
    public enum DpoLoss {
        /** Minus log sigmoid of the scaled margin. */
        SIGMOID
    }

    /** Tokens of ORPO's likelihood term. */
    public enum OrpoNll {
        /** The chosen answer. */
        COMPLETION,
        /** Prompt and chosen answer; image placeholders are never targets. */
        ALL
    }

    static ObjectiveSettings read(SettingsReader train) {
        return new ObjectiveSettings(
                train.choice("objective", Kind.class),
                train.choice("loss", DpoLoss.class),
                train.text("reference"),
                train.text("reference-scores"),
                train.positive("beta"),
                train.below("orpo").choice("nll", OrpoNll.class));
    }
}
