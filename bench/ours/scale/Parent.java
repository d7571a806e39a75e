// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Starts the workers of a bench as processes and answers them: the real rendezvous, and a board on which they leave notes for each other. */
final class Parent implements AutoCloseable {
    private final Rendezvous rendezvous = new Rendezvous();
    private final Map<String, String> board = new ConcurrentHashMap<>();
    private final ServerSocket server;

    Parent(InetAddress address) throws IOException {
        server = new ServerSocket(0, 1024, address);
        daemon(this::accept);
    }

    Rendezvous rendezvous() {
        return rendezvous;
    }

    int port() {
        return server.getLocalPort();
    }

    /** Runs {@code main} once for each rank with this process's class path; returns what they printed, by rank. */
    List<List<String>> run(Class<?> main, List<Host> hosts, List<String> arguments) throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        for (int rank = 0; rank < hosts.size(); rank++) {
            Host host = hosts.get(rank);
            List<String> command = new ArrayList<>(host.prefix());
            command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx1g", "-XX:+UseParallelGC"));
            command.addAll(List.of(System.getProperty("bench.jvm", "").trim().split(" +")));
            command.removeIf(String::isEmpty);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
            command.addAll(List.of("" + rank, "" + hosts.size(), host.address(), host.parent(), "" + port()));
            command.addAll(arguments);
            processes.add(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
        }
        List<List<String>> printed = new ArrayList<>();
        for (Process process : processes) {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                printed.add(out.lines().toList());
            }
            if (process.waitFor() != 0) {
                processes.forEach(Process::destroyForcibly);
                throw new IOException("A worker of the bench ended with " + process.exitValue());
            }
        }
        return printed;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
            String line;
            while ((line = in.readLine()) != null) {
                String[] words = line.split(" ", 3);
                out.println(
                        switch (words[0]) {
                            case "PUT" -> String.valueOf(board.put(words[1], words[2]));
                            case "GET" -> board.getOrDefault(words[1], "");
                            default -> rendezvous.receive(line);
                        });
            }
        } catch (IOException e) {
            // The worker ended.
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** A place of a worker: a prefix of its command line, say {@code ip netns exec NAME}; its address; and the parent's, as it sees it. */
    record Host(List<String> prefix, String address, String parent) {
        /** From {@code BENCH_HOSTS}, {@code namespace=address,parent} separated by blanks; without it, processes of this machine. */
        static List<Host> all(int workers) {
            String text = System.getenv("BENCH_HOSTS");
            List<Host> hosts = new ArrayList<>();
            if (text == null || text.isBlank()) {
                for (int rank = 0; rank < workers; rank++) {
                    hosts.add(new Host(List.of(), "127.0.0.1", "127.0.0.1"));
                }
                return hosts;
            }
            for (String one : text.trim().split(" +")) {
                String[] parts = one.split("[=,]");
                hosts.add(new Host(List.of("ip", "netns", "exec", parts[0]), parts[1], parts[2]));
            }
            return hosts.subList(0, workers);
        }
    }

    /** A worker's line to the parent. */
    static final class Line implements RendezvousClient.Call {
        private final BufferedReader in;
        private final PrintWriter out;

        Line(String host, int port) throws IOException {
            Socket socket = new Socket(host, port);
            socket.setTcpNoDelay(true);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
        }

        @Override
        public synchronized String ask(String message) throws IOException {
            out.println(message);
            return in.readLine();
        }

        void put(String key, Object value) throws IOException {
            ask("PUT " + key + " " + value);
        }

        String get(String key) throws IOException, InterruptedException {
            String value = ask("GET " + key);
            while (value.isEmpty()) {
                Thread.sleep(2);
                value = ask("GET " + key);
            }
            return value;
        }
    }
}
