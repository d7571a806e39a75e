// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import ai.djl.Device;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.exchange.ExchangeFailedException;
import dev.vireo.jobs.exchange.WorkerExchange;
import dev.vireo.jobs.exchange.WorkerPort;
import dev.vireo.jobs.runtime.Devices;
import dev.vireo.jobs.runtime.NativeLibraries;
import dev.vireo.jobs.runtime.Termination;
import dev.vireo.tensor.Script;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/** A segment as Spark's task: one partition is one worker. */
final class SegmentTask extends AbstractFunction1<Iterator<Integer>, Iterator<SegmentOutcome>> implements Serializable {
    private static final long serialVersionUID = 1;

    private final Broadcast<TrainPlan> plan;
    private final SegmentRequest request;

    SegmentTask(Broadcast<TrainPlan> plan, SegmentRequest request) {
        this.plan = plan;
        this.request = request;
    }

    @Override
    public Iterator<SegmentOutcome> apply(Iterator<Integer> partition) {
        int rank = partition.next();
        WorkerPort port = WorkerPort.ofTask(request.gang(), rank, plan.value().oneProcess());
        WorkerExchange exchange = null;
        Duration grace = Duration.ofSeconds(plan.value().train().faults().graceSeconds());
        Termination.Hold untilDone = Termination.ofProcess().hold(grace);
        try {
            exchange = port.join();
            SegmentOutcome outcome = work(exchange, port);
            exchange.close();
            return CollectionConverters.asScala(List.of(outcome).iterator());
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            throw failed(rank, e, exchange, port);
        } finally {
            untilDone.close();
        }
    }

    private SegmentOutcome work(WorkerExchange exchange, WorkerPort port) throws IOException, InterruptedException {
        NativeLibraries.prepare();
        Script.useThreads(plan.value().threads());
        Device device = Devices.ofTask();
        Residents residents = Residents.ofProcess();
        Resident resident = residents.acquire(plan.value(), device, request.start(), exchange.rank());
        try {
            return new SegmentWork(plan.value(), request, resident, exchange, port).run();
        } finally {
            residents.release(resident);
        }
    }

    /** Tells the driver first: once the others notice, their errors arrive too. */
    private static RuntimeException failed(
            int rank, Throwable error, @Nullable WorkerExchange exchange, WorkerPort port) {
        String reason = error instanceof ExchangeFailedException
                ? String.valueOf(error.getMessage())
                : "Rank " + rank + ": " + describe(error);
        IllegalStateException told = new IllegalStateException(reason, error);
        // Spark interrupts the workers of a gang that fails; the driver should hear of this one all the same.
        boolean interrupted = Thread.interrupted();
        try {
            if (error instanceof ExchangeFailedException failed) {
                port.left(failed);
            } else {
                port.left();
                port.fail(new WorkerFailure(reason, isPermanent(error)).toJson());
            }
        } catch (ExchangeFailedException e) {
            told.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (exchange != null) {
                exchange.abort();
            }
        }
        return told;
    }

    private static String describe(Throwable error) {
        String message = error.getMessage();
        return message == null || message.isBlank() || error instanceof Error ? error.toString() : message;
    }

    /** Whether the same work would fail in the same way again. */
    private static boolean isPermanent(Throwable error) {
        return error instanceof IllegalArgumentException
                || error instanceof CheckpointMismatchException
                || error instanceof InvalidSettingsException
                || error instanceof LinkageError;
    }
}
