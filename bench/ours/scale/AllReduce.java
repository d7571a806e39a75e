// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkConf;

/**
 * An all-reduce of gradients by processes, beside what plain TCP moves between two of them: AllReduce WORKERS MEGABYTES ROUNDS. The block size at which one-way TCP
 * is fastest is found first. Each round sums in the clear between two measurements of TCP, then encrypted; the figures are medians of the rounds' ratios. Processor
 * times a byte depend less on what else the machine does.
 */
public final class AllReduce {
    private static final int[] BLOCKS = {1 << 16, 1 << 18, 1 << 20, 1 << 22};
    private static final int WARM_UP = 60;
    private static final int REPEATS = 6;
    private static final int BLOCK_REPEATS = 3;
    private static final int TCP = 0;
    private static final int CLEAR = 1;
    private static final int CRYPT = 2;

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 3) {
            new Worker(arguments).run();
            return;
        }
        int workers = Integer.parseInt(arguments[0]);
        List<Parent.Host> hosts = Parent.Host.all(workers);
        try (Parent parent = new Parent(InetAddress.getByName("0.0.0.0"))) {
            for (boolean crypt : new boolean[] {false, true}) {
                parent.rendezvous().open(gang(crypt, workers), text -> {});
            }
            List<String> lines = parent.run(AllReduce.class, hosts, List.of(arguments[1], arguments[2])).get(0);
            lines.forEach(System.out::println);
        }
    }

    static Gang gang(boolean crypt, int workers) {
        return new Gang(crypt ? "crypt" : "clear", 1, workers, 60_000, 60_000);
    }

    static SparkConf conf(boolean crypt) {
        SparkConf conf = new SparkConf(false);
        return crypt
                ? conf.set("spark.authenticate", "true")
                        .set("spark.network.crypto.enabled", "true")
                        .set("spark.network.crypto.authEngineVersion", "2")
                        .set("spark.network.crypto.cipher", "AES/GCM/NoPadding")
                        .set("spark.network.crypto.saslFallback", "false")
                : conf;
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** One process. */
    private static final class Worker {
        private final int rank;
        private final int workers;
        private final String address;
        private final Parent.Line parent;
        private final int bytes;
        private final int rounds;
        private final List<Double> tcp = new ArrayList<>();
        private final List<List<Double>> wire = List.of(new ArrayList<>(), new ArrayList<>());
        private final double[] nanos = new double[3];
        private final double[] sent = new double[3];
        private final List<List<Double>> ratio = List.of(new ArrayList<>(), new ArrayList<>());
        private int block;
        private SocketChannel line;

        Worker(String[] arguments) throws Exception {
            rank = Integer.parseInt(arguments[0]);
            workers = Integer.parseInt(arguments[1]);
            address = arguments[2];
            parent = new Parent.Line(arguments[3], Integer.parseInt(arguments[4]));
            bytes = (int) (Double.parseDouble(arguments[5]) * 1e6) / 4 * 4;
            rounds = Integer.parseInt(arguments[6]);
        }

        void run() throws Exception {
            connect();
            List<WorkerExchange> exchanges = new ArrayList<>();
            for (boolean crypt : new boolean[] {false, true}) {
                exchanges.add(SocketExchange.join(
                        gang(crypt, workers), rank, Transport.of(conf(crypt), address), new RendezvousClient(parent)));
            }
            ByteBuffer values = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (WorkerExchange exchange : exchanges) {
                sum(exchange, values, WARM_UP);
            }
            findBlock();
            for (int round = 0; round < rounds; round++) {
                exchanges.get(0).sum(new double[1]);
                double before = plainTcp();
                double clear = rate(exchanges.get(0), values, CLEAR);
                double plain = (before + plainTcp()) / 2;
                double crypt = rate(exchanges.get(1), values, CRYPT);
                tcp.add(plain);
                wire.get(0).add(clear);
                wire.get(1).add(crypt);
                ratio.get(0).add(clear / plain);
                ratio.get(1).add(crypt / clear);
            }
            double control = control(exchanges.get(0));
            if (rank == 1) {
                parent.put("received", nanos[TCP]);
            } else if (rank == 0) {
                report(control);
            }
            exchanges.forEach(WorkerExchange::close);
        }

        private void report(double control) throws Exception {
            print("plain TCP, one way, blocks of %d KiB: %.2f GB/s", block / 1024, median(tcp) / 1e9);
            print("all-reduce of %.1f MB by %d processes, all edges: %.2f GB/s, %.2f of TCP (rounds: %s)", bytes / 1e6, workers,
                    median(wire.get(0)) / 1e9, median(ratio.get(0)), text(ratio.get(0)));
            print("the same encrypted: %.2f GB/s, %.2f of the clear one (rounds: %s)", median(wire.get(1)) / 1e9,
                    median(ratio.get(1)), text(ratio.get(1)));
            double tcpNanos = (nanos[TCP] + Double.parseDouble(parent.get("received"))) / sent[TCP];
            print("processor time to move a byte, both sides: TCP %.2f ns, all-reduce %.2f ns (%.2f of it is TCP's), encrypted %.2f ns", tcpNanos,
                    nanos[CLEAR] / sent[CLEAR], tcpNanos / (nanos[CLEAR] / sent[CLEAR]), nanos[CRYPT] / sent[CRYPT]);
            print("sum of 8 doubles, what a step exchanges beside the gradients: %.3f ms", control * 1e3);
        }

        private static String text(List<Double> ratios) {
            return String.join(" ", ratios.stream().map(r -> String.format(Locale.ROOT, "%.2f", r)).toList());
        }

        private static void print(String format, Object... values) {
            System.out.println(String.format(Locale.ROOT, format, values));
        }

        /** Bytes a second over all connections; all workers begin together. */
        private double rate(WorkerExchange exchange, ByteBuffer values, int kind) {
            exchange.sum(new double[1]);
            double start = processorNanos();
            double rate = 2.0 * (workers - 1) * bytes / sum(exchange, values, REPEATS);
            nanos[kind] += processorNanos() - start;
            // Of two workers each sends as much as it receives.
            sent[kind] += 2.0 * (workers - 1) / workers * bytes * REPEATS;
            return rate;
        }

        private static double processorNanos() {
            return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        }

        /** Seconds of one sum. */
        private double sum(WorkerExchange exchange, ByteBuffer values, int times) {
            long start = System.nanoTime();
            for (int i = 0; i < times; i++) {
                exchange.sum(values);
            }
            return (System.nanoTime() - start) / 1e9 / times;
        }

        /** Median seconds of a small sum. */
        private double control(WorkerExchange exchange) {
            double[] seconds = new double[501];
            for (int i = 0; i < seconds.length; i++) {
                long start = System.nanoTime();
                exchange.sum(new double[8]);
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
            Arrays.sort(seconds);
            return seconds[seconds.length / 2];
        }

        private void connect() throws Exception {
            if (rank == 0) {
                line = SocketChannel.open(new InetSocketAddress(parent.get("host"), Integer.parseInt(parent.get("port"))));
            } else if (rank == 1) {
                ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(address, 0));
                parent.put("host", address);
                parent.put("port", server.socket().getLocalPort());
                line = server.accept();
            } else {
                return;
            }
            line.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }

        /** Takes the block size at which rank 0 sends fastest. */
        private void findBlock() throws Exception {
            double best = 0;
            for (int size : BLOCKS) {
                double rate = 0;
                for (int i = 0; rank < 2 && i < BLOCK_REPEATS; i++) {
                    rate = Math.max(rate, oneWay(size));
                }
                if (rate > best) {
                    best = rate;
                    block = size;
                }
            }
            if (rank == 0) {
                parent.put("block", block);
            }
            block = Integer.parseInt(parent.get("block"));
        }

        /** Bytes a second from rank 0 to rank 1; the other ranks wait. */
        private double plainTcp() throws Exception {
            if (rank > 1) {
                return 1;
            }
            double start = processorNanos();
            double rate = oneWay(block);
            nanos[TCP] += processorNanos() - start;
            sent[TCP] += 8L * bytes / block * block;
            return rate;
        }

        private double oneWay(int size) throws Exception {
            long total = 8L * bytes / size * size;
            ByteBuffer buffer = ByteBuffer.allocateDirect(size);
            long start = System.nanoTime();
            if (rank == 0) {
                for (long sent = 0; sent < total; sent += size) {
                    buffer.clear();
                    while (buffer.hasRemaining()) {
                        line.write(buffer);
                    }
                }
                buffer.clear().limit(1);
                line.read(buffer);
            } else {
                for (long got = 0; got < total; ) {
                    buffer.clear();
                    got += line.read(buffer);
                }
                buffer.clear().limit(1);
                line.write(buffer);
            }
            return total / ((System.nanoTime() - start) / 1e9);
        }
    }
}
