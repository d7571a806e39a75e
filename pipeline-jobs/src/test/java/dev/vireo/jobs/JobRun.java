// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobDefinition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/**
 * A job that ran in this process on embedded Spark, as its command line would run it.
 *
 * @param status of the exit
 * @param out what it printed
 * @param err what it noted
 */
record JobRun(int status, String out, String err) {
    static JobRun of(JobDefinition job, Object... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        List<String> line = new ArrayList<>(List.of(job.name().split(" ")));
        line.add("--debug");
        Arrays.stream(arguments).map(Object::toString).forEach(line::add);
        int status = Vireo.run(List.of(job), line, console, null);
        return new JobRun(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The rows of all Parquet files of a table, in the order of the files' names. */
    static List<Group> read(Path table) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(table)) {
            files = found.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
        }
        List<Group> rows = new ArrayList<>();
        for (Path file : files) {
            try (ParquetReader<Group> reader = ParquetReader.builder(
                            new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toUri()))
                    .build()) {
                for (Group row = reader.read(); row != null; row = reader.read()) {
                    rows.add(row);
                }
            }
        }
        return rows;
    }
}
