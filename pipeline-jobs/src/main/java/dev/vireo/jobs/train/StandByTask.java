// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.Place;
import dev.vireo.jobs.runtime.Devices;
import dev.vireo.jobs.runtime.NativeLibraries;
import dev.vireo.tensor.Script;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/** Loads the model in an executor that no worker needs yet, and makes it ready for a fast first step. */
final class StandByTask extends AbstractFunction1<Iterator<Integer>, Iterator<Place>> implements Serializable {
    private static final long serialVersionUID = 1;

    private final Broadcast<TrainPlan> plan;

    StandByTask(Broadcast<TrainPlan> plan) {
        this.plan = plan;
    }

    @Override
    public Iterator<Place> apply(Iterator<Integer> partition) {
        NativeLibraries.prepare();
        Script.useThreads(plan.value().threads());
        Residents residents = Residents.ofProcess();
        try {
            Resident resident = residents.acquire(plan.value(), Devices.ofTask(), Position.start(), 0);
            try {
                resident.rehearse();
            } finally {
                residents.release(resident);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while it got ready to stand by", e);
        }
        return CollectionConverters.asScala(List.of(Place.ofProcess()).iterator());
    }
}
