// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command that a test runs as a process of its own, away from the environment of the tests. */
final class Command {
    /** The repository. */
    static final Path HOME = Path.of("").toAbsolutePath().getParent();

    private static final long TIMEOUT_SECONDS = 600;

    private final List<String> line;
    private final Map<String, String> environment = new HashMap<>();
    private Path folder = HOME;

    private Command(List<String> line) {
        this.line = line;
    }

    /** A program with its arguments; paths become their text. */
    static Command of(Object... line) {
        return new Command(
                new ArrayList<>(Arrays.stream(line).map(Object::toString).toList()));
    }

    Command and(Object... arguments) {
        Arrays.stream(arguments).map(Object::toString).forEach(line::add);
        return this;
    }

    Command with(String variable, Object value) {
        environment.put(variable, value.toString());
        return this;
    }

    Command in(Path directory) {
        folder = directory;
        return this;
    }

    /** Starts it and leaves it running; its streams go to the files given. */
    Process start(Path out, Path err) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_") || name.startsWith("VIREO_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs it to its end. */
    Result run() throws IOException, InterruptedException {
        Path out = Files.createTempFile("command", ".out");
        Path err = Files.createTempFile("command", ".err");
        try {
            Process process = start(out, err);
            boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            Result result = new Result(process.exitValue(), Files.readString(out), Files.readString(err));
            assertThat(ended).as("%s ended in time: %s", line, result).isTrue();
            return result;
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /**
     * What a process left.
     *
     * @param status its exit status
     * @param out of its output stream
     * @param err of its error stream
     */
    record Result(int status, String out, String err) {
        /** Fails the test, with both streams, where the process did. */
        Result succeeded() {
            assertThat(status).as("%s%n%s", out, err).isZero();
            return this;
        }
    }
}
