// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * How much data training takes, in which order, and how it is spread.
 *
 * @param steps optimizer steps; 0 where epochs count
 * @param epochs passes over the data, possibly a fraction; without meaning where steps are given
 * @param batchSize pairs for each worker and micro-step
 * @param maxTokens tokens of a micro-batch where rows are packed by length; 0 where they are counted
 * @param accumulation micro-steps for each optimizer step
 * @param workers data-parallel workers
 * @param shuffle whether the order is drawn from the seed or that of the input
 * @param exchangeTimeoutSeconds how long a worker waits for the others at the end of a step
 * @param shardOptimizer whether workers share the optimizer's state
 * @param overlap whether gradients are exchanged while the backward pass still computes
 * @param seed of the order, the adapter's initial values and dropout
 */
public record BatchSettings(
        int steps,
        double epochs,
        int batchSize,
        int maxTokens,
        int accumulation,
        int workers,
        int exchangeTimeoutSeconds,
        Sharding shardOptimizer,
        boolean overlap,
        boolean shuffle,
        long seed)
        implements Serializable {
    /** Whether workers share the optimizer's state. */
    public enum Sharding {
        /** Where all parameters are trained. */
        AUTO,
        /** In any case. */
        YES,
        /** Every worker holds it all. */
        NO
    }

    /** Pairs in one optimizer step, over all workers. */
    public int globalPairs() {
        return batchSize * accumulation * workers;
    }

    static BatchSettings read(SettingsReader train) {
        BatchSettings settings = new BatchSettings(
                train.count("steps", 0),
                train.positive("epochs"),
                train.count("batch-size", 1),
                train.count("max-tokens-per-batch", 0),
                train.count("accumulation", 1),
                train.count("workers", 1),
                train.count("exchange-timeout", 1),
                train.choice("shard-optimizer", Sharding.class),
                train.flag("overlap"),
                train.flag("shuffle"),
                train.seed("seed"));
        if ((long) settings.batchSize * settings.accumulation * settings.workers > Integer.MAX_VALUE) {
            train.invalid("batch-size", "batch-size x accumulation x workers below 2^31");
        }
        return settings;
    }
}
