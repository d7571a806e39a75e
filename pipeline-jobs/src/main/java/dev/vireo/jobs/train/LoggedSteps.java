// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.config.CheckpointSettings;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.training.StepInput.Watch;

/** Which steps are logged, and what they measure besides. The same on every worker. */
final class LoggedSteps {
    private final CheckpointSettings logs;
    private final long workerRows;
    private final long steps;

    /** @param steps of the whole run */
    LoggedSteps(TrainSettings train, long steps) {
        this.logs = train.checkpoint();
        this.workerRows = (long) train.batch().batchSize() * train.batch().accumulation();
        this.steps = steps;
    }

    /** Whether a step is logged; {@code done} steps are behind us then. */
    boolean contains(long done) {
        return done % logs.logEvery() == 0 || done == steps;
    }

    /** What a step measures besides. */
    Watch watch(long done) {
        boolean logged = contains(done);
        return new Watch(logged && measuresDivergence(done) ? logs.klRows() : 0, logged);
    }

    /**
     * The divergence costs a forward pass of the base on some rows: every one of the first {@code train.kl-every} steps has it,
     * where a learning rate that is too high shows, then those behind which a worker has trained so many rows more.
     */
    private boolean measuresDivergence(long done) {
        long every = logs.klEvery();
        long before = (done - 1) / logs.logEvery() * logs.logEvery();
        return done <= every || done == steps || done * workerRows / every > before * workerRows / every;
    }
}
