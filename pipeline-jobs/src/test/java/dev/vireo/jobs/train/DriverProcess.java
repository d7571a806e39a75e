// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.Vireo;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Drivers in processes of their own, as the command line starts them. */
final class DriverProcess {
    private DriverProcess() {}

    /** A run on one thread of the process, or as Spark's settings say. What it prints goes to {@link #log}. */
    static Process start(Path shards, Path output, Map<String, String> spark, String... settings) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-Dio.netty"))
                .forEach(command::add);
        Map<String, String> all = new TreeMap<>(Map.of(
                "spark.master", "local[1]",
                "spark.driver.host", "127.0.0.1",
                "spark.driver.bindAddress", "127.0.0.1",
                "spark.ui.enabled", "false"));
        all.putAll(spark);
        all.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of(
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                Vireo.class.getName(),
                "train",
                "--model",
                TinyRun.MODEL.toString(),
                "--input",
                shards.toString(),
                "--output",
                output.toString(),
                "model.precision=fp32",
                "model.threads=1"));
        command.addAll(List.of(settings));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(shards, output).toFile())
                .start();
    }

    private static Path log(Path shards, Path output) {
        return shards.resolveSibling(output.getFileName() + ".log");
    }

    /** What a run printed so far. */
    static String read(Path shards, Path output) throws IOException {
        return Files.readString(log(shards, output));
    }
}
