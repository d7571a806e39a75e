// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * Settings of {@code train}.
 *
 * @param objective what is optimised
 * @param optimizer AdamW and its learning rate
 * @param batch how much data, in which order, on how many workers
 * @param lora the trained adapter; without meaning where {@code full} is true
 * @param full whether all parameters are trained instead of an adapter
 * @param recompute which layers compute their activations again in the backward pass
 * @param checkpoint when training logs, evaluates and saves
 * @param stop when training ends before its last step
 * @param faults what happens when something goes wrong
 */
public record TrainSettings(
        ObjectiveSettings objective,
        OptimizerSettings optimizer,
        BatchSettings batch,
        LoraSettings lora,
        boolean full,
        Recompute recompute,
        CheckpointSettings checkpoint,
        StopSettings stop,
        FaultSettings faults)
        implements Serializable {
    /** Which layers compute their activations again in the backward pass. */
    public enum Recompute {
        /** As many as the memory asks for. */
        AUTO,
        /** Every layer. */
        ALL,
        /** No layer. */
        NONE
    }

    static TrainSettings read(SettingsReader train) {
        TrainSettings settings = new TrainSettings(
                ObjectiveSettings.read(train),
                OptimizerSettings.read(train),
                BatchSettings.read(train),
                LoraSettings.read(train.below("lora")),
                train.flag("full"),
                train.choice("recompute", Recompute.class),
                CheckpointSettings.read(train),
                StopSettings.read(train.below("stop")),
                FaultSettings.read(train));
        if (settings.optimizer.master() == OptimizerSettings.Master.KAHAN && !settings.full) {
            train.invalid("master", "fp32 without train.full=true: the factors of an adapter are float32");
        }
        if (settings.stop.klAbove() > 0 && settings.checkpoint.klRows() == 0) {
            train.below("stop").invalid("kl-above", "0 with train.kl-rows=0: no step measures the divergence");
        }
        if (settings.batch.shardOptimizer() == BatchSettings.Sharding.YES && !settings.shareable()) {
            train.invalid("shard-optimizer", "auto or no unless the optimizer's state and the masters are float32");
        }
        int warmup = settings.optimizer.warmupSteps();
        if (settings.batch.steps() > 0 && warmup > settings.batch.steps()) {
            train.invalid("warmup-steps", "<= train.steps, which is " + settings.batch.steps());
        }
        if (settings.objective.objective().sortsTheMicroBatch()) {
            requireWholeMicroBatches(train, settings.batch);
        }
        return settings;
    }

    /** For losses that mean something else when a step's rows are cut otherwise. */
    private static void requireWholeMicroBatches(SettingsReader train, BatchSettings batch) {
        String losses = " with train.loss=aot or aot_unpaired, which sort the pairs of a micro-batch";
        if (batch.batchSize() < 2) {
            train.invalid("batch-size", ">= 2" + losses);
        }
        if (batch.maxTokens() > 0) {
            train.invalid("max-tokens-per-batch", "0" + losses);
        }
    }

    /**
     * Whether there is a base model to compare with: what is below an adapter, or in full training the checkpoint that it starts
     * from, which is opened beside the trained weights unless no step is to measure the divergence.
     */
    public boolean hasBase() {
        return !full || checkpoint.klRows() > 0;
    }

    /** Whether each worker holds the optimizer's state of a share of the parameters alone. */
    public boolean sharesOptimizer() {
        boolean wanted =
                switch (batch.shardOptimizer()) {
                    case AUTO -> full && shareable();
                    case YES -> true;
                    case NO -> false;
                };
        return wanted && batch.workers() > 1;
    }

    private boolean shareable() {
        return !optimizer.eightBit() && optimizer.master() == OptimizerSettings.Master.FP32;
    }
}
