// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strangers that knock at every open port of a run, with Spark's authentication and encryption and without, as long as it trains. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NetworkAttackTest {
    private static final int STEPS = 16;
    private static final int HELD_OPEN = 400;

    @TempDir
    Path folder;

    /** Ports of this process that are open before the run is. */
    private Set<Integer> ofOthers = Set.of();

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger toWorkers = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void garbageOversizedFramesSlowStrangersAndFloodsChangeNothing(boolean secret) throws Exception {
        String[] settings = {
            "train.steps=" + STEPS, "train.workers=2", "train.learning-rate=1e-3", "train.segment-steps=1"
        };
        TinyRun threads = new TinyRun(folder);
        Path shards = threads.shards("rows", 24, true);
        byte[] expected = TinyRun.adapter(threads.train(shards, "undisturbed", settings));
        TinyRun cluster = TinyRun.onCluster(folder, 2);
        if (secret) {
            cluster.with("spark.authenticate", "true")
                    .with("spark.authenticate.secret", "known to the test alone")
                    .with("spark.network.crypto.enabled", "true");
        }
        ofOthers = ports(ProcessHandle.current().pid());
        ExecutorService strangers = Executors.newFixedThreadPool(4);
        List<Future<?>> attacks = new ArrayList<>();
        Path output;
        try {
            Random random = new Random(7);
            attacks.add(strangers.submit(() -> attack(port -> garbage(port, random))));
            attacks.add(strangers.submit(() -> attack(NetworkAttackTest::oversized)));
            attacks.add(strangers.submit(() -> attack(slowly())));
            attacks.add(strangers.submit(() -> attack(NetworkAttackTest::knock)));
            output = cluster.train(shards, "attacked", settings);
        } finally {
            over.set(true);
            strangers.shutdown();
        }
        for (Future<?> attack : attacks) {
            attack.get();
        }
        assertThat(connections.get()).as("connections of strangers").isGreaterThan(1000);
        assertThat(toWorkers.get()).as("of them to workers").isGreaterThan(100);
        assertThat(cluster.console()).doesNotContain("failed");
        assertThat(TinyRun.adapter(output)).isEqualTo(expected);
        assertThat(TinyRun.steps(output))
                .extracting((JsonObject line) -> line.get("step").getAsInt())
                .isEqualTo(IntStream.rangeClosed(1, STEPS).boxed().toList());
    }

    /** What a stranger does at a port. */
    private interface Attack {
        void on(int port) throws IOException;
    }

    private void attack(Attack attack) {
        while (!over.get()) {
            for (ProcessHandle process : executors()) {
                for (int port : ports(process.pid())) {
                    connections.incrementAndGet();
                    toWorkers.incrementAndGet();
                    tryOn(port, attack);
                }
            }
            Set<Integer> ofDriver = ports(ProcessHandle.current().pid());
            ofDriver.removeAll(ofOthers);
            for (int port : ofDriver) {
                connections.incrementAndGet();
                tryOn(port, attack);
            }
        }
    }

    private static void tryOn(int port, Attack attack) {
        try {
            attack.on(port);
        } catch (IOException e) {
            // To be sent away is what a stranger must expect.
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return socket;
    }

    private static void knock(int port) throws IOException {
        connect(port).close();
    }

    private static void garbage(int port, Random random) throws IOException {
        byte[] bytes = new byte[1 + random.nextInt(1 << 14)];
        random.nextBytes(bytes);
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(bytes);
        }
    }

    /** A frame that says that it is as long as a frame can be, and more. */
    private static void oversized(int port) throws IOException {
        for (long length : new long[] {Integer.MAX_VALUE, Long.MAX_VALUE, -1}) {
            try (Socket socket = connect(port)) {
                OutputStream out = socket.getOutputStream();
                out.write(ByteBuffer.allocate(1 << 16).putLong(length).array());
            }
        }
    }

    /** Connections that say one byte and then stay, the oldest going when there are many. */
    private static Attack slowly() {
        Deque<Socket> open = new ArrayDeque<>();
        return port -> {
            Socket socket = connect(port);
            open.add(socket);
            socket.getOutputStream().write('V');
            if (open.size() > HELD_OPEN) {
                open.remove().close();
            }
        };
    }

    private static List<ProcessHandle> executors() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .toList();
    }

    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** The ports on which a process listens, as Linux tells. */
    private static Set<Integer> ports(long process) {
        Set<String> sockets = new HashSet<>();
        Set<Integer> ports = new HashSet<>();
        try (Stream<Path> files = Files.list(Path.of("/proc/" + process + "/fd"))) {
            for (Path file : files.toList()) {
                String target = target(file);
                if (target.startsWith("socket:[")) {
                    sockets.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
            for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
                Files.readAllLines(Path.of(table)).stream()
                        .map(line -> line.strip().split("\\s+"))
                        .filter(cells -> cells.length > 9 && cells[3].equals("0A") && sockets.contains(cells[9]))
                        .map(cells -> cells[1].substring(cells[1].lastIndexOf(':') + 1))
                        .forEach(port -> ports.add(Integer.parseInt(port, 16)));
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            // The process went away meanwhile.
        }
        return ports;
    }
}
