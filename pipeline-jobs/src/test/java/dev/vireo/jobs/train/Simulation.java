// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.SimulatedDriver;
import dev.vireo.jobs.exchange.SimulatedDriver.Load;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;

/** A run of the real driver's loop, rendezvous and checkpoint store with many workers that compute nothing: Simulation WORKERS STEPS SEED. */
final class Simulation {
    private Simulation() {}

    public static void main(String[] arguments) throws Exception {
        int workers = Integer.parseInt(arguments[0]);
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 120;
        long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1;
        Path folder = Files.createTempDirectory("vireo-simulation-");
        PrintStream out = System.out;
        long start = System.nanoTime();
        try (SimulatedFleet fleet = run(folder, workers, steps, 0.3, seed)) {
            Load join = fleet.busiestJoin();
            Load rest = fleet.whileTraining();
            print(
                    out,
                    "workers %d, steps %d, segments %d, deaths %d",
                    workers,
                    steps,
                    fleet.segments(),
                    fleet.deaths());
            print(out, "steps computed %d, of which repeated %d", fleet.stepsDone(), fleet.stepsDone() - steps);
            print(out, "connections of a worker, at most %d", SimulatedDriver.mostConnections(workers));
            print(out, "a gang meets in at most %.2f s", fleet.longestJoinSeconds());
            print(
                    out,
                    "  driver: %d calls, %.1f KB in, %.1f KB out, %.1f ms of one thread",
                    join.calls(),
                    join.received() / 1e3,
                    join.sent() / 1e3,
                    join.busySeconds() * 1e3);
            print(
                    out,
                    "while training, a step: %.2f calls, %.1f KB in, %.3f ms of one thread",
                    (double) rest.calls() / fleet.stepsDone(),
                    rest.received() / 1e3 / fleet.stepsDone(),
                    rest.busySeconds() * 1e3 / fleet.stepsDone());
            print(out, "results of a segment: %.1f KB", fleet.collectedBytes() / 1e3 / fleet.segments());
            print(out, "efficiency where a worker's step varies by 5 %%: %.3f", fleet.efficiency());
            print(out, "wall %.1f s", (System.nanoTime() - start) / 1e9);
        }
    }

    /** Trains to the end; the caller closes what comes back. */
    static SimulatedFleet run(Path folder, int workers, int steps, double deathsPerSegment, long seed)
            throws IOException {
        Storage storage = Storage.of(new Configuration());
        TrainPlan plan = TrainLoopTest.plan(
                storage,
                "train.steps=" + steps,
                "train.save-every=20",
                "train.segment-steps=10",
                "train.max-failures=9");
        OutputDirectory output = OutputDirectory.open(storage, folder.toString(), "train", "same", false);
        PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());
        SimulatedFleet fleet = new SimulatedFleet(workers, storage, deathsPerSegment, seed);
        try (TrainReport report = new TrainReport(new Console(nowhere, nowhere, false), plan, output)) {
            new TrainLoop(plan, output, fleet, () -> false, report).run();
        }
        return fleet;
    }

    private static void print(PrintStream out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
