// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.io.Serializable;
import java.util.List;

/** What a run minimises. Closed: a new objective is a record here and a script beside it. */
public sealed interface Objective extends Serializable permits Orpo, Dpo, Cpo, Kto, Sft {
    /** What only some scripts take. */
    enum Input {
        /** The reference's sums of each row's answers [N, 2], with the same weights of tokens. */
        REFERENCE,
        /** A weight for each scored token [M]: 1, or {@link #lengthAlpha}. */
        TOKEN_WEIGHTS,
        /** log sum_v p_v^2 at each scored token [M], nats. */
        COLLISIONS,
        /** The log-ratio from which rewards count, nats []: that of answers to other rows' prompts. */
        ANCHOR
    }

    /** Which answers of a row the loss takes. */
    enum Answers {
        /** A chosen and a rejected one, to compare. */
        PAIR,
        /** The chosen one. */
        CHOSEN,
        /** Those that it has, each by itself. */
        EACH
    }

    /** The name in settings and reports. */
    String name();

    /** Which answers of a row the loss takes. */
    Answers answers();

    /** What the scripts take after the five inputs that all take, in this order. */
    List<Input> inputs();

    /** Whether the loss needs the reference model's log-probabilities. */
    default boolean needsReference() {
        return inputs().contains(Input.REFERENCE);
    }

    /** Weight of an answer's tokens beyond the length of the row's shorter one. */
    default double lengthAlpha() {
        return 1;
    }

    /** Whether rows are compared with the other rows of their micro-batch, so that one row alone has no meaning. */
    default boolean sortsTheMicroBatch() {
        return false;
    }

    /** Which tokens the negative log-likelihood is taken over. */
    NllScope nllScope();

    /**
     * The parts whose weighted sum the loss is, at least one. All take the same inputs and report the same rows; the metrics
     * are those of the first.
     */
    List<LossTerm> terms();

    /** The names of all metrics that {@link #report} adds to, in the order in which workers exchange them. */
    List<String> metrics();

    /**
     * The metrics of a micro-batch, by the names that TRL gives them.
     *
     * @param rows one array for each row, in the columns that the script's header gives
     * @param nll negative log-likelihood summed over the nll's tokens, nats
     */
    void report(float[][] rows, double nll, MetricSums sums);
}
