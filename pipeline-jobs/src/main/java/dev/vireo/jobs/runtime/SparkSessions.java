// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/** Starts Spark with the settings that Vireo's jobs need. What the user set stays. */
public final class SparkSessions {
    /** Barrier jobs start and fail fast, and a lost executor is noticed within a minute. */
    private static final Map<String, String> ALWAYS = Map.ofEntries(
            Map.entry("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s"),
            Map.entry("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "300"),
            Map.entry("spark.locality.wait", "1s"),
            Map.entry("spark.barrier.sync.timeout", "600"),
            Map.entry("spark.executor.heartbeatInterval", "5s"),
            Map.entry("spark.network.timeout", "60s"),
            Map.entry("spark.network.timeoutInterval", "10s"),
            Map.entry("spark.task.reaper.enabled", "true"),
            Map.entry("spark.task.reaper.killTimeout", "60s"),
            Map.entry("spark.speculation", "false"),
            Map.entry("spark.sql.parquet.compression.codec", "zstd"),
            Map.entry("spark.sql.session.timeZone", "UTC"),
            Map.entry("spark.ui.showConsoleProgress", "false"));

    /** How Spark encrypts, where the user switched that on. A standalone master has settings of its own, which must be the same. */
    private static final Map<String, String> ENCRYPTION = Map.of(
            "spark.network.crypto.authEngineVersion", "2",
            "spark.network.crypto.cipher", "AES/GCM/NoPadding",
            "spark.network.crypto.saslFallback", "false");

    private static final Map<String, String> EMBEDDED = Map.of(
            "spark.driver.host", "127.0.0.1",
            "spark.driver.bindAddress", "127.0.0.1",
            "spark.ui.enabled", "false",
            "spark.sql.shuffle.partitions", "4");

    /** By name: the runtime does not know the exchange. */
    private static final String PLUGIN = "dev.vireo.jobs.exchange.ExchangePlugin";

    private SparkSessions() {}

    /** Hadoop's settings as Spark will have them: its configuration files and {@code spark.hadoop.*}. Starts nothing. */
    public static Configuration hadoop() {
        return SparkHadoopUtil.get().newConfiguration(new SparkConf());
    }

    /** Starts or joins Spark; without a master it runs in this JVM on all cores. */
    public static SparkSession open(String name) {
        SparkConf conf = new SparkConf();
        if (!conf.contains("spark.master")) {
            conf.setMaster("local[*]");
            EMBEDDED.forEach(conf::setIfMissing);
        }
        ALWAYS.forEach(conf::setIfMissing);
        if (!conf.get("spark.master").startsWith("spark://")) {
            ENCRYPTION.forEach(conf::setIfMissing);
        }
        NativeLibraries.EXECUTOR_SETTINGS.forEach(conf::setIfMissing);
        addPlugin(conf);
        conf.setIfMissing("spark.app.name", name);
        SparkSession session = SparkSession.builder().config(conf).getOrCreate();
        Devices.share(session.sparkContext());
        return session;
    }

    /** Makes the actions of the running session fail, before its context goes away under them. */
    public static void cancelJobs() {
        Option<SparkSession> session = SparkSession.getDefaultSession();
        if (session.isDefined()) {
            session.get().sparkContext().cancelAllJobs();
        }
    }

    /** Adds the way on which workers call the driver to the plugins of the user. */
    private static void addPlugin(SparkConf conf) {
        String given = conf.get("spark.plugins", "");
        if (!given.contains(PLUGIN)) {
            conf.set("spark.plugins", given.isBlank() ? PLUGIN : given + "," + PLUGIN);
        }
    }
}
