// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import ai.djl.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of this process that nobody uses at the moment. They outlive tasks, so it is one for the process; in an
 * executor it holds one replica, in a single JVM one for each worker. Safe for use by several threads.
 */
final class Residents {
    private static final Residents OF_PROCESS = new Residents();

    private final List<Resident> idle = new ArrayList<>();

    static Residents ofProcess() {
        return OF_PROCESS;
    }

    /**
     * Takes a replica of a run for a rank: one that is where it is wanted, else one that can be moved there, else a new one.
     * Replicas of other runs are closed, their memory is needed.
     */
    Resident acquire(TrainPlan plan, Device device, Position wanted, int rank) throws IOException {
        List<Resident> useless = new ArrayList<>();
        Resident taken;
        synchronized (this) {
            taken = take(plan, device, wanted, rank);
            for (Iterator<Resident> each = idle.iterator(); each.hasNext(); ) {
                Resident resident = each.next();
                if (!resident.plan().run().equals(plan.run())) {
                    useless.add(resident);
                    each.remove();
                }
            }
        }
        if (taken != null && !taken.canMoveTo(wanted) && wanted.isRestorable()) {
            useless.add(taken);
            taken = null;
        }
        for (Resident resident : useless) {
            resident.close();
        }
        return taken == null ? ResidentLoader.load(plan, device) : taken;
    }

    private @Nullable Resident take(TrainPlan plan, Device device, Position wanted, int rank) {
        Resident found = null;
        int most = -1;
        for (Resident resident : idle) {
            if (resident.serves(plan.run(), device)) {
                int suits = (resident.isAt(wanted) ? 2 : 0) + (resident.holdsShare(rank, plan.workers()) ? 1 : 0);
                if (suits > most) {
                    found = resident;
                    most = suits;
                }
            }
        }
        if (found != null) {
            idle.remove(found);
        }
        return found;
    }

    synchronized void release(Resident resident) {
        idle.add(resident);
    }

    /** Closes the idle replicas of a run. */
    void closeRun(String run) throws IOException {
        List<Resident> ended = new ArrayList<>();
        synchronized (this) {
            idle.removeIf(resident -> {
                boolean ends = resident.plan().run().equals(run);
                if (ends) {
                    ended.add(resident);
                }
                return ends;
            });
        }
        for (Resident resident : ended) {
            resident.close();
        }
    }
}
