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
                FaultSettings.read(train));
        int warmup = settings.optimizer.warmupSteps();
        if (settings.batch.steps() > 0 && warmup > settings.batch.steps()) {
            train.invalid("warmup-steps", "<= train.steps, which is " + settings.batch.steps());
        }
        if (settings.objective.objective().sortsTheMicroBatch() && settings.batch.batchSize() < 2) {
            train.invalid(
                    "batch-size", ">= 2 with train.loss=aot or aot_unpaired, which sort the pairs of a micro-batch");
        }
        return settings;
    }
}
