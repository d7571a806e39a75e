// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import dev.vireo.training.GradientExchange;
import java.nio.ByteBuffer;

/** A gang of one. */
enum AloneExchange implements WorkerExchange {
    INSTANCE;

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int worldSize() {
        return 1;
    }

    @Override
    public void sum(ByteBuffer values) {
        GradientExchange.single().sum(values);
    }

    @Override
    public void sumShards(ByteBuffer values, int[] bounds) {
        GradientExchange.single().sumShards(values, bounds);
    }

    @Override
    public void gatherShards(ByteBuffer values, int[] bounds) {
        GradientExchange.single().gatherShards(values, bounds);
    }

    @Override
    public void sum(double[] values) {
        GradientExchange.single().sum(values);
    }

    @Override
    public void atStep(long step) {}

    @Override
    public void betweenSteps() {}

    @Override
    public void close() {}

    @Override
    public void abort() {}
}
