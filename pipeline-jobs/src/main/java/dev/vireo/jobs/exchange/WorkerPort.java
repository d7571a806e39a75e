// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

/** A worker's line to the driver, and its way into a gang. Safe for use by several threads. */
public final class WorkerPort {
    private final Gang gang;
    private final int rank;
    private final boolean oneProcess;
    private final RendezvousClient driver;
    private volatile boolean askedToEnd;

    private WorkerPort(Gang gang, int rank, boolean oneProcess, RendezvousClient driver) {
        this.gang = gang;
        this.rank = rank;
        this.oneProcess = oneProcess;
        this.driver = driver;
    }

    /**
     * The line of a task.
     *
     * @param oneProcess whether all workers and the driver are threads of one process, as with the master {@code local}
     * @throws ExchangeFailedException if the executor runs without the plugin
     */
    public static WorkerPort ofTask(Gang gang, int rank, boolean oneProcess) {
        RendezvousClient driver =
                new RendezvousClient(oneProcess ? ExchangePlugin.rendezvous()::receive : ExchangePlugin.driver(rank));
        return new WorkerPort(gang, rank, oneProcess, driver);
    }

    /** Waits for the other workers. */
    public WorkerExchange join() {
        if (gang.worldSize() == 1) {
            driver.enter(gang, rank, Place.ofProcess());
            return WorkerExchange.alone();
        }
        return oneProcess
                ? SharedGang.join(gang, rank)
                : SocketExchange.join(gang, rank, Transport.ofExecutor(), driver);
    }

    /** Tells the driver how far the gang is. */
    public void report(String text) {
        askedToEnd |= driver.report(gang, rank, text);
    }

    /** Whether the driver asked, at the last report, that the workers end behind the step that they are in. */
    public boolean isAskedToEnd() {
        return askedToEnd;
    }

    /** Tells the driver that this worker lives and leaves the gang. */
    public void left() {
        driver.left(gang, rank, null);
    }

    /** The same, with what this worker saw of the others. */
    public void left(ExchangeFailedException failure) {
        driver.left(gang, rank, failure);
    }

    /** Tells the driver why this worker fails. The driver believes the first; call it before leaving the gang. */
    public void fail(String reason) {
        driver.fail(gang, rank, reason);
    }
}
