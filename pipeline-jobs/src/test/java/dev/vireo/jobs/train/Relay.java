// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** A piece of bad network: passes bytes on to a port, until a fault is armed, which the next gradients meet. */
final class Relay {
    /** What happens to a connection. */
    enum Fault {
        /** It is reset. */
        RESET,
        /** It stays open and carries nothing more. */
        SILENCE,
        /** One bit changes. */
        FLIP,
        /** It is slow from now on. */
        DELAY
    }

    /** Gradients, not the words with which a connection begins. */
    private static final int DATA_BYTES = 4096;

    private static final long DELAY_NANOS = 30_000_000;
    private static final Map<String, Integer> PORTS = new ConcurrentHashMap<>();
    private static final AtomicReference<Fault> ARMED = new AtomicReference<>();

    private final Socket near;
    private final Socket far;
    private volatile boolean silent;
    private volatile boolean slow;

    private Relay(Socket near, Socket far) {
        this.near = near;
        this.far = far;
    }

    /** The port of a relay to a port. */
    static int to(String host, int port) throws IOException {
        Integer known = PORTS.get(host + ":" + port);
        if (known != null) {
            return known;
        }
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Integer other = PORTS.putIfAbsent(host + ":" + port, server.getLocalPort());
        if (other != null) {
            server.close();
            return other;
        }
        start(() -> {
            // Ends with the port that it leads to.
            try (server) {
                while (true) {
                    Socket near = server.accept();
                    Relay relay = new Relay(near, new Socket(host, port));
                    start(() -> relay.pump(relay.near, relay.far));
                    start(() -> relay.pump(relay.far, relay.near));
                }
            }
        });
        return server.getLocalPort();
    }

    /** Lets the next bytes on any connection meet a fault. */
    static void arm(Fault fault) {
        ARMED.set(fault);
    }

    /** Whether the fault that was armed has happened. */
    static boolean happened() {
        return ARMED.get() == null;
    }

    private void pump(Socket from, Socket to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                Fault fault = count > DATA_BYTES ? ARMED.getAndSet(null) : null;
                silent |= fault == Fault.SILENCE;
                slow |= fault == Fault.DELAY;
                if (fault == Fault.RESET) {
                    from.setSoLinger(true, 0);
                    to.setSoLinger(true, 0);
                    return;
                }
                if (fault == Fault.FLIP) {
                    buffer[count / 2] ^= 4;
                }
                if (slow) {
                    LockSupport.parkNanos(DELAY_NANOS);
                }
                if (!silent) {
                    out.write(buffer, 0, count);
                }
            }
        }
    }

    /** Work that may end with its connection. */
    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // A connection that ends is what this is for.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
