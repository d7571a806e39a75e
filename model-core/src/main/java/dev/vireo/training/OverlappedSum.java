// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.nn.Parameter;
import dev.vireo.training.GradientBuckets.Bucket;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges gradients while the backward pass computes those of the layers below. Buckets go to a thread of their own, one
 * after the other in the order that all workers share, each once it and all before it are complete; so what is summed, and
 * to which bits, does not depend on when. The first failure of that thread is thrown by the next call.
 */
final class OverlappedSum implements AutoCloseable {
    /** What is done with a complete bucket; runs on the exchange's thread. */
    interface Work {
        void exchange(Bucket bucket);
    }

    private static final long PATIENCE_MINUTES = 60;

    private final List<Bucket> buckets;
    private final Map<Parameter, Integer> places = new IdentityHashMap<>();
    private final int[] missing;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "vireo-exchange");
        made.setDaemon(true);
        return made;
    });
    private @Nullable Work work;
    private @Nullable Future<?> last;
    private int next;
    private volatile @Nullable RuntimeException failure;

    OverlappedSum(List<Bucket> buckets) {
        this.buckets = List.copyOf(buckets);
        this.missing = new int[buckets.size()];
        for (int i = 0; i < missing.length; i++) {
            for (Parameter parameter : buckets.get(i).parameters()) {
                places.put(parameter, i);
            }
        }
    }

    /** Starts a step's last backward pass; parameters are complete from now on. */
    void begin(Work ofStep) {
        settle();
        for (int i = 0; i < missing.length; i++) {
            missing[i] = buckets.get(i).parameters().size();
        }
        next = 0;
        failure = null;
        work = ofStep;
    }

    /** Whether a last backward pass runs. */
    boolean isRunning() {
        return work != null;
    }

    /** Says that nothing will be added to a parameter's gradient. */
    void complete(Parameter parameter) {
        Integer place = places.get(parameter);
        if (work == null || place == null) {
            return;
        }
        throwFailure();
        missing[place]--;
        while (next < missing.length && missing[next] <= 0) {
            handOver();
        }
    }

    /** Hands over what is left, whose gradients are what they are, and waits for all sums. */
    void finish() {
        while (next < missing.length) {
            handOver();
        }
        settle();
        work = null;
        throwFailure();
    }

    /** Ends a step that failed: nothing more is handed over. What is on its way ends with the exchange. */
    void abandon() {
        work = null;
    }

    private void handOver() {
        Bucket bucket = buckets.get(next++);
        Work now = java.util.Objects.requireNonNull(work);
        last = thread.submit(() -> {
            if (failure != null) {
                return;
            }
            try {
                now.exchange(bucket);
            } catch (RuntimeException e) {
                failure = e;
            }
        });
    }

    /** Waits until the thread touches no gradient any more, that of a step which failed included. */
    void settle() {
        Future<?> before = last;
        if (before == null) {
            return;
        }
        try {
            before.get();
            last = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the gradients were exchanged", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot exchange gradients: " + e.getMessage(), e);
        }
    }

    private void throwFailure() {
        RuntimeException first = failure;
        if (first != null) {
            throw first;
        }
    }

    /** The memory of the gradients may be freed afterwards. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException("The exchange of gradients does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
