// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import dev.vireo.training.DataOrder;
import dev.vireo.training.LearningRate;
import dev.vireo.training.ReferenceLogProbs;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a worker must know of a run. Goes to executors once.
 *
 * @param run drawn by the driver; replicas of another run are not used
 * @param storage where all paths lie
 * @param modelDirectory the base model
 * @param adapterDirectory the adapter that is continued, if any
 * @param shards training rows
 * @param evalShards held-out rows; empty where none were given
 * @param train settings of the run
 * @param threads CPU threads of one worker
 * @param precision resolved
 * @param base how the frozen weights are held
 * @param steps optimizer steps of the whole run
 * @param rows training rows
 * @param featureBytes most bytes of image features that a machine keeps
 * @param oneProcess whether all workers are threads of the driver's process
 * @param reference the objective's reference of the training rows, null where it has none
 * @param evalReference of the held-out rows
 */
record TrainPlan(
        String run,
        Storage storage,
        String modelDirectory,
        @Nullable String adapterDirectory,
        List<String> shards,
        List<String> evalShards,
        TrainSettings train,
        int threads,
        Precision precision,
        BaseFormat base,
        long steps,
        int rows,
        long featureBytes,
        boolean oneProcess,
        @Nullable ReferenceLogProbs reference,
        @Nullable ReferenceLogProbs evalReference)
        implements Serializable {
    TrainPlan {
        shards = List.copyOf(shards);
        evalShards = List.copyOf(evalShards);
    }

    int workers() {
        return train.batch().workers();
    }

    DataOrder order() {
        return order(train, rows);
    }

    static DataOrder order(TrainSettings train, int rows) {
        int perStep = train.batch().accumulation() * train.batch().workers();
        return train.batch().shuffle()
                ? DataOrder.shuffled(
                        rows, train.batch().batchSize(), perStep, train.batch().seed())
                : DataOrder.sequential(rows, train.batch().batchSize(), perStep);
    }

    LearningRate learningRate() {
        var schedule =
                switch (train.optimizer().schedule()) {
                    case CONSTANT -> LearningRate.Schedule.CONSTANT;
                    case LINEAR -> LearningRate.Schedule.LINEAR;
                    case COSINE -> LearningRate.Schedule.COSINE;
                };
        return new LearningRate(
                schedule,
                train.optimizer().learningRate(),
                train.optimizer().minLearningRate(),
                train.optimizer().warmupSteps(steps),
                steps);
    }

    LoggedSteps logged() {
        return new LoggedSteps(train, steps);
    }

    /** The columns, or what says that there is none. */
    static ReferenceLogProbs orNone(@Nullable ReferenceLogProbs reference) {
        return reference == null ? ReferenceLogProbs.none() : reference;
    }
}
