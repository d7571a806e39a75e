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
public final class DriverProcess {
    private DriverProcess() {}

    /** A run on one thread of the process, or as Spark's settings say. What it prints goes to {@link #log}. */
    static Process start(Path shards, Path output, Map<String, String> spark, String... settings) throws IOException {
        return start(List.of(), shards, output.toString(), spark, settings);
    }

    /** The same with options of Java and an output on any storage. */
    static Process start(
            List<String> options, Path shards, String output, Map<String, String> spark, String... settings)
            throws IOException {
        List<String> command = vireo(options, spark);
        command.addAll(List.of(
                "train",
                "--model",
                TinyRun.MODEL.toString(),
                "--input",
                shards.toString(),
                "--output",
                output,
                "model.precision=fp32",
                "model.threads=1"));
        command.addAll(List.of(settings));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(shards, output).toFile())
                .start();
    }

    /** The command that runs Vireo on one thread of the process, or as Spark's settings say; the job's arguments come behind it. */
    public static List<String> vireo(List<String> options, Map<String, String> spark) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-Dio.netty"))
                .forEach(command::add);
        command.addAll(options);
        Map<String, String> all = new TreeMap<>(Map.of(
                "spark.master", "local[1]",
                "spark.driver.host", "127.0.0.1",
                "spark.driver.bindAddress", "127.0.0.1",
                "spark.ui.enabled", "false"));
        all.putAll(spark);
        all.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path"), Vireo.class.getName()));
        return command;
    }

    private static Path log(Path shards, String output) {
        return shards.resolveSibling(output.substring(output.lastIndexOf('/') + 1) + ".log");
    }

    /** What a run printed so far. */
    static String read(Path shards, Path output) throws IOException {
        return read(shards, output.toString());
    }

    static String read(Path shards, String output) throws IOException {
        return Files.readString(log(shards, output));
    }
}
