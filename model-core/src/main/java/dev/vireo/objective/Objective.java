// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.List;
import java.util.Map;

/** What a run minimises. Closed: a new objective is a record here and a script beside it. */
public sealed interface Objective permits Orpo, Dpo, Sft {
    /** The name in settings and reports. */
    String name();

    /** Whether the loss compares a chosen with a rejected answer. */
    boolean needsPairs();

    /** Whether the loss needs the reference model's log-probabilities. */
    boolean needsReference();

    /** Which tokens the negative log-likelihood is taken over. */
    NllScope nllScope();

    /** The script beside this type. */
    String script();

    /** The numbers that the script declares. */
    Map<String, Double> attributes();

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
