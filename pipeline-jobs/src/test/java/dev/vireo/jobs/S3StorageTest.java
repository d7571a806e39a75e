// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What must exist once on S3, through Hadoop's client to a server of its own. */
@Tag("cluster")
class S3StorageTest {
    private static final int WRITERS = 8;
    private static final int NAMES = 20;
    private static final String ENDPOINT = "fs.s3a.endpoint";

    private static Storage storage;
    private static Turns turns;

    @BeforeAll
    static void startTheServer() throws Exception {
        String started = server("start").run().succeeded().out();
        List<URL> jars = new ArrayList<>();
        for (String jar : assigned(started, "S3_JARS").split(",")) {
            jars.add(Path.of(jar).toUri().toURL());
        }
        Configuration configuration = new Configuration();
        configuration.setClassLoader(
                new URLClassLoader(jars.toArray(URL[]::new), S3StorageTest.class.getClassLoader()));
        for (String setting : assigned(started, "S3_SETTINGS").split(" ")) {
            String[] parts = setting.replaceFirst("^spark\\.hadoop\\.", "").split("=", 2);
            configuration.set(parts[0], parts[1]);
        }
        turns = new Turns(configuration.get(ENDPOINT));
        configuration.set(ENDPOINT, turns.address());
        storage = Storage.of(configuration);
    }

    @AfterAll
    static void stopTheServer() throws Exception {
        server("stop").run().succeeded();
        turns.close();
    }

    @Test
    void ofSeveralWritersOfAnObjectThatMustNotExistOneSucceeds() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        CyclicBarrier together = new CyclicBarrier(WRITERS);
        try {
            for (int name = 0; name < NAMES; name++) {
                String file = "s3a://vireo/claims/" + name + ".json";
                List<Future<Boolean>> attempts = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    String content = "writer " + writer;
                    attempts.add(writers.submit(() -> {
                        together.await();
                        return creates(file, content);
                    }));
                }
                List<String> winners = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    if (attempts.get(writer).get()) {
                        winners.add("writer " + writer);
                    }
                }
                assertThat(winners).as(file).containsExactly(storage.readText(file));
            }
        } finally {
            writers.shutdownNow();
        }
    }

    @Test
    void requestThatIsRepeatedAfterItsAnswerWasLostIsNoFailure() throws Exception {
        String file = "s3a://vireo/claims/repeated.json";
        byte[] content = "mine".getBytes(StandardCharsets.UTF_8);
        storage.createExclusive(file, content);
        storage.createExclusive(file, content);
        assertThatThrownBy(() -> storage.createExclusive(file, "yours".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(file);
    }

    private static boolean creates(String file, String content) throws Exception {
        try {
            storage.createExclusive(file, content.getBytes(StandardCharsets.UTF_8));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static Command server(String verb) {
        return Command.of(Command.HOME.resolve("tools/s3/server"), verb)
                .with("VIREO_S3_DIR", Command.HOME.resolve("pipeline-jobs/target/s3-storage"));
    }

    private static String assigned(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1).replace("\"", ""))
                .findFirst()
                .orElseThrow();
    }

    /** Passes requests on one at a time, so that each is decided as a whole: S3 does so, the server of this test does not. */
    private static final class Turns implements AutoCloseable {
        private static final Set<String> OF_THE_CONNECTION =
                Set.of("host", "connection", "content-length", "expect", "transfer-encoding");

        private final HttpServer server;
        private final String target;
        private final HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

        Turns(String target) throws IOException {
            this.target = target;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), WRITERS);
            server.createContext("/", this::pass);
            server.start();
        }

        String address() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        /** Called by the server's one thread. */
        private void pass(HttpExchange exchange) throws IOException {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target + exchange.getRequestURI()))
                    .method(
                            exchange.getRequestMethod(),
                            BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
            exchange.getRequestHeaders().forEach((name, values) -> {
                if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                    values.forEach(value -> request.header(name, value));
                }
            });
            try (exchange) {
                HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
                answer.headers().map().forEach((name, values) -> {
                    if (!OF_THE_CONNECTION.contains(name)) {
                        exchange.getResponseHeaders().put(name, values);
                    }
                });
                boolean empty = answer.body().length == 0;
                if (exchange.getRequestMethod().equals("HEAD")) {
                    answer.headers()
                            .firstValue("content-length")
                            .ifPresent(length -> exchange.getResponseHeaders().set("Content-Length", length));
                }
                exchange.sendResponseHeaders(answer.statusCode(), empty ? -1 : answer.body().length);
                if (!empty) {
                    exchange.getResponseBody().write(answer.body());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
