// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ExchangeFailureTest {
    private static final SparkConf CLEAR = new SparkConf(false);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void workersNoticeAtOnceThatOneIsGone(boolean sockets) throws Exception {
        Gang gang = new Gang("run", 1, 3, 10_000, 30_000);
        try (TestGang threads = new TestGang(gang, sockets, CLEAR)) {
            long start = System.nanoTime();
            List<Future<Void>> futures = threads.start(exchange -> {
                exchange.atStep(7);
                if (exchange.rank() == 1) {
                    exchange.abort();
                } else {
                    exchange.sum(new float[100_000]);
                }
                return null;
            });
            for (int rank : new int[] {0, 2}) {
                assertThatThrownBy(() -> futures.get(rank).get())
                        .hasRootCauseInstanceOf(Exception.class)
                        .hasMessageContaining("Rank " + rank + ", step 7: cannot exchange with the other workers");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void silentWorkerEndsTheCallAtTheDeadline(boolean sockets) {
        Gang gang = new Gang("run", 1, 2, 10_000, 300);
        try (TestGang threads = new TestGang(gang, sockets, CLEAR)) {
            List<Future<Void>> futures = threads.start(exchange -> {
                exchange.atStep(3);
                if (exchange.rank() == 1) {
                    Thread.sleep(20_000);
                }
                exchange.sum(new float[10]);
                return null;
            });
            assertThatThrownBy(() -> futures.get(0).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(ExchangeFailedException.class)
                    .hasMessageContaining("Rank 0, step 3");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void gangThatIsNotCompleteFailsAtTheJoinDeadline(boolean sockets) {
        Gang gang = new Gang("alone", 1, 2, 200, 10_000);
        try (TestGang threads = new TestGang(gang, sockets, CLEAR)) {
            assertThatThrownBy(() -> threads.join(0))
                    .isInstanceOf(ExchangeFailedException.class)
                    .hasMessageContaining("not all 2 workers appeared within 200 ms");
        }
    }

    @Test
    void olderGenerationIsRefusedByTheDriver() {
        Gang old = new Gang("run", 1, 2, 1_000, 1_000);
        try (TestGang threads = new TestGang(old, true, CLEAR)) {
            threads.rendezvous().open(new Gang("run", 2, 2, 1_000, 1_000), text -> {});
            assertThatThrownBy(() -> threads.join(0))
                    .isInstanceOf(ExchangeFailedException.class)
                    .hasMessageContaining("gang run/1 is not the one that runs now");
        }
    }

    @Test
    void strangersWithAnotherKeyOrGenerationAreRefusedAndTheGangGoesOn() throws Exception {
        Gang gang = new Gang("run", 5, 1, 1_000, 1_000);
        Transport transport = Transport.of(CLEAR, "127.0.0.1");
        Inbox inbox = new Inbox(2);
        try (Links links = Links.listen(gang, 0, inbox, transport, "right key")) {
            Peer listening = new Peer("127.0.0.1", links.port());
            for (Gang stranger : List.of(gang, new Gang("run", 4, 2, 1_000, 1_000))) {
                Gang two = new Gang("run", stranger.generation(), 2, 1_000, 1_000);
                String key = stranger == gang ? "wrong key" : "right key";
                try (Links other = Links.listen(two, 1, new Inbox(2), transport, key)) {
                    assertThatThrownBy(() -> other.connect(List.of(listening, listening)))
                            .isInstanceOf(Exception.class);
                }
            }
            assertThat(inbox.poll(1, Frame.Kind.HELLO)).isNull();
        }
    }

    @Test
    void workersThatCallInAnotherOrderAreTold() {
        try (TestGang threads = TestGang.of(2, true)) {
            List<Future<Void>> futures = threads.start(exchange -> {
                exchange.sum(new float[exchange.rank() == 0 ? 10 : 20]);
                return null;
            });
            assertThatThrownBy(() -> futures.get(0).get()).hasMessageContaining("values, expected piece 0 of call 1");
        }
    }

    @Test
    void firstReasonOfFailureIsKept() {
        Gang gang = new Gang("run", 1, 2, 1_000, 1_000);
        Rendezvous rendezvous = new Rendezvous();
        rendezvous.open(gang, text -> {});
        RendezvousClient client = new RendezvousClient(rendezvous::receive);
        client.fail(gang, 1, "the disk is full");
        client.fail(gang, 0, "rank 1 is gone");
        assertThat(rendezvous.firstFailure(gang)).contains("the disk is full");
    }
}
