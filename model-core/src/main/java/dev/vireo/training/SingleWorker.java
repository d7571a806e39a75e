// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import java.nio.ByteBuffer;

/** World size 1: every sum is complete before it starts. */
enum SingleWorker implements GradientExchange {
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
    public void sum(ByteBuffer values) {}

    @Override
    public void sumShards(ByteBuffer values, int[] bounds) {}

    @Override
    public void gatherShards(ByteBuffer values, int[] bounds) {}

    @Override
    public void sum(double[] values) {}
}
