// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.Exchanger;

/** Two workers in two threads of one process. */
final class PairExchange {
    private final Exchanger<Object> meeting = new Exchanger<>();

    GradientExchange rank(int rank) {
        return new GradientExchange() {
            @Override
            public int rank() {
                return rank;
            }

            @Override
            public int worldSize() {
                return 2;
            }

            @Override
            public void sum(ByteBuffer values) {
                FloatBuffer mine = values.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
                float[] copy = new float[mine.remaining()];
                mine.get(0, copy);
                float[] other = (float[]) swap(copy);
                for (int i = 0; i < other.length; i++) {
                    mine.put(i, mine.get(i) + other[i]);
                }
            }

            @Override
            public void sumShards(ByteBuffer values, int[] bounds) {
                sum(values);
            }

            @Override
            public void gatherShards(ByteBuffer values, int[] bounds) {
                FloatBuffer mine = values.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
                float[] shard = new float[bounds[rank + 1] - bounds[rank]];
                mine.get(bounds[rank], shard);
                mine.put(bounds[1 - rank], (float[]) swap(shard));
            }

            @Override
            public void sum(double[] values) {
                double[] other = (double[]) swap(values.clone());
                for (int i = 0; i < values.length; i++) {
                    values[i] += other[i];
                }
            }
        };
    }

    private Object swap(Object mine) {
        try {
            return meeting.exchange(mine);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Interrupted", e);
        }
    }
}
