// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.ObjectiveSettings;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.score.ReferenceColumn;
import dev.vireo.jobs.score.ScoreKey;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * DPO's reference.
 *
 * @param training of the training rows; null where the objective has none
 * @param heldOut of the held-out rows, if there are any
 */
record Reference(
        @Nullable ReferenceColumn training, @Nullable ReferenceColumn heldOut) {
    static Reference of(JobContext context, TrainInputs inputs, OutputDirectory output, Precision precision)
            throws IOException {
        ObjectiveSettings objective = context.settings().train().objective();
        if (objective.kind() != ObjectiveSettings.Kind.DPO) {
            return new Reference(null, null);
        }
        String given = objective.referenceScores();
        if (given.equals(ObjectiveSettings.NONE) || !inputs.evalDirectories().isEmpty()) {
            throw new InvalidSettingsException(
                    List.of("Invalid train.reference-scores: none (expected an output of score)"));
        }
        ScoreKey key = new ScoreKey(
                Objects.requireNonNull(inputs.hashes().get("model")),
                Objects.requireNonNullElse(inputs.hashes().get("adapter"), ScoreKey.NO_ADAPTER),
                Objects.requireNonNull(inputs.hashes().get("shards")),
                precision);
        return new Reference(ReferenceColumn.read(context.spark(), context.storage(), given, key), null);
    }
}
