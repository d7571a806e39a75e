// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.storage.Storage;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** All that a job works with. Spark starts when it is first asked for. Confined to the job's thread. */
public final class JobContext implements AutoCloseable {
    private final String name;
    private final JobArguments arguments;
    private final Settings settings;
    private final Console console;
    private final @Nullable Path home;
    private final boolean ownsSpark;
    private @Nullable SparkSession spark;

    /**
     * @param name of the job
     * @param arguments the files and directories
     * @param settings resolved and checked
     * @param console where the user reads
     * @param home the installation, if it is known: {@code conf/} lies there
     */
    public JobContext(String name, JobArguments arguments, Settings settings, Console console, @Nullable Path home) {
        this(name, arguments, settings, console, home, null);
    }

    private JobContext(
            String name,
            JobArguments arguments,
            Settings settings,
            Console console,
            @Nullable Path home,
            @Nullable SparkSession spark) {
        this.name = name;
        this.arguments = arguments;
        this.settings = settings;
        this.console = console;
        this.home = home;
        this.spark = spark;
        this.ownsSpark = spark == null;
    }

    /** A context for another job inside this one; it shares Spark and the console. */
    public JobContext nested(String other, JobArguments otherArguments, Settings otherSettings) {
        return nested(other, otherArguments, otherSettings, console);
    }

    /** A context for another job inside this one that tells its results elsewhere; it shares Spark. */
    public JobContext nested(String other, JobArguments otherArguments, Settings otherSettings, Console otherConsole) {
        return new JobContext(other, otherArguments, otherSettings, otherConsole, home, spark());
    }

    /** The job's name. */
    public String name() {
        return name;
    }

    /** The files and directories that the job was given. */
    public JobArguments arguments() {
        return arguments;
    }

    /** The resolved settings. */
    public Settings settings() {
        return settings;
    }

    /** Where the user reads. */
    public Console console() {
        return console;
    }

    /** The installation, if it is known. */
    public @Nullable Path home() {
        return home;
    }

    /** Spark: the cluster that {@code spark-submit} named, else all cores of this JVM. */
    public SparkSession spark() {
        SparkSession session = spark;
        if (session == null) {
            session = SparkSessions.open("vireo " + name);
            spark = session;
        }
        return session;
    }

    /** Files on any Hadoop file system, with the settings that Spark has or will have. */
    public Storage storage() {
        return Storage.of(
                spark == null ? SparkSessions.hadoop() : spark.sparkContext().hadoopConfiguration());
    }

    /** Stops Spark if this context started it. */
    @Override
    public void close() {
        if (ownsSpark && spark != null) {
            spark.stop();
            spark = null;
        }
    }
}
