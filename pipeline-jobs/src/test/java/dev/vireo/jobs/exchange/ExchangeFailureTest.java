// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
                    exchange.sum(TestGang.direct(new float[100_000]));
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
                exchange.sum(TestGang.direct(new float[10]));
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
        Gang gang = new Gang("run", 5, 2, 2_000, 1_000);
        Gang older = new Gang("run", 4, 2, 300, 1_000);
        Transport transport = new Transport("127.0.0.1", false);
        try (Links listening = Links.listen(gang, 0, List.of(1), transport, "right key");
                Links wrongKey =
                        Links.listen(new Gang("run", 5, 2, 300, 1_000), 1, List.of(0), transport, "wrong key");
                Links straggler = Links.listen(older, 1, List.of(0), transport, "right key");
                Links right = Links.listen(gang, 1, List.of(0), transport, "right key")) {
            Map<Integer, Peer> peers = Map.of(0, new Peer("127.0.0.1", listening.port()));
            for (Links stranger : List.of(wrongKey, straggler)) {
                assertThatThrownBy(() -> stranger.connect(peers))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("no connection with rank 0");
            }
            right.connect(peers);
            listening.connect(Map.of());
            assertThat(listening.failure()).isNull();
        }
    }

    @Test
    void crowdOfSilentStrangersKeepsNobodyOut() throws Exception {
        Gang gang = new Gang("run", 1, 2, 10_000, 10_000);
        Transport transport = new Transport("127.0.0.1", true);
        List<Socket> crowd = new ArrayList<>();
        try (Links listening = Links.listen(gang, 0, List.of(1), transport, "key");
                Links other = Links.listen(gang, 1, List.of(0), transport, "key")) {
            for (int i = 0; i < 300; i++) {
                Socket stranger = new Socket("127.0.0.1", listening.port());
                stranger.getOutputStream().write(i % 2);
                crowd.add(stranger);
            }
            other.connect(Map.of(0, new Peer("127.0.0.1", listening.port())));
            listening.connect(Map.of());
            assertThatThrownBy(() -> new Socket("127.0.0.1", listening.port())).isInstanceOf(IOException.class);
        } finally {
            for (Socket stranger : crowd) {
                stranger.close();
            }
        }
    }

    @Test
    void valuesThatChangeOnTheirWayAreNoticed() throws Exception {
        for (boolean encrypted : new boolean[] {false, true}) {
            try (SocketPair pair = new SocketPair()) {
                byte[] key = new byte[32];
                Link from = new Link(pair.near(), encrypted ? Seal.closing(key) : null, null);
                Link to = new Link(pair.far(), null, encrypted ? Seal.opening(key) : null);
                ByteBuffer values = TestGang.direct(new float[1000]);
                from.send(Frame.Kind.PART, 3, 0, values);
                to.receive(Frame.Kind.PART, 3, 0, TestGang.direct(new float[1000]), 4);
                pair.damage(2000);
                from.send(Frame.Kind.PART, 4, 0, values);
                assertThatThrownBy(() -> to.receive(Frame.Kind.PART, 4, 0, TestGang.direct(new float[1000]), 4))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("on its way");
            }
        }
    }

    @Test
    void workersThatCallInAnotherOrderAreTold() {
        try (TestGang threads = TestGang.of(2, true)) {
            List<Future<Void>> futures = threads.start(exchange -> {
                exchange.sum(TestGang.direct(new float[exchange.rank() == 0 ? 10 : 20]));
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "[]",
                "{}",
                "{'call': 'enter'}",
                "{'call': 'enter', 'gang': 'run/1'}",
                "{'call': 'enter', 'gang': 'run/1', 'rank': 99, 'executor': '7', 'host': 'here'}",
                "{'call': 'enter', 'gang': 'run/1', 'rank': -1, 'executor': '7', 'host': 'here'}",
                "{'call': 'enter', 'gang': 'run/0', 'rank': 0, 'executor': '7', 'host': 'here'}",
                "{'call': 'join', 'gang': 'run/1', 'rank': 2147483647, 'host': 'here', 'port': 1}",
                "{'call': 'join', 'gang': 'run/1', 'rank': 'first', 'host': 'here', 'port': 1}",
                "{'call': 'left', 'gang': 'run/1', 'rank': 2, 'kind': 'LATE', 'reason': 'rank 0 is slow'}",
                "{'call': 'left', 'gang': 'run/1', 'rank': 0, 'kind': 'TIRED', 'reason': 'rank 1 is slow'}",
                "{'call': 'open', 'gang': 'run/1', 'rank': 0}"
            })
    void callsOfTheDriverThatMakeNoSenseGetNoKeyAndChangeNothing(String message) {
        Gang gang = new Gang("run", 1, 2, 1_000, 1_000);
        Rendezvous rendezvous = new Rendezvous();
        rendezvous.open(gang, text -> {});
        String answer = "";
        try {
            answer = rendezvous.receive(message.replace('\'', '"'));
            assertThat(answer).contains("refused");
        } catch (RuntimeException e) {
            // Spark's endpoint sends it back and goes on.
        }
        assertThat(answer).doesNotContain("key");
        assertThat(rendezvous.places(gang)).isEmpty();
        assertThat(rendezvous.reason(gang, ExchangeFailedException.Kind.LATE)).isEmpty();
        assertThat(rendezvous.firstFailure(gang)).isEmpty();
    }
}
