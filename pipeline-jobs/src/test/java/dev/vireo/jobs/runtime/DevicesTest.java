// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark really discovers and assigns the GPUs here, from a script that claims to have found some. */
class DevicesTest {
    @TempDir
    Path folder;

    private String script = "";
    private final Map<String, String> properties = new TreeMap<>();

    @BeforeEach
    void writeScript() throws IOException {
        Path file = folder.resolve("gpus");
        Files.writeString(file, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"5\", \"7\"]}'\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        script = file.toString();
        set("spark.driver.host", "127.0.0.1");
        set("spark.ui.enabled", "false");
    }

    @AfterEach
    void clearProperties() {
        properties.keySet().forEach(System::clearProperty);
    }

    private void set(String key, String value) {
        properties.put(key, value);
        System.setProperty(key, value);
    }

    private static List<String> devices(JavaRDD<Integer> tasks) {
        return tasks.map(i -> Devices.ofTask().toString()).collect();
    }

    @Test
    void tasksOfAnExecutorTakeTheGpusThatSparkAssigned() throws IOException {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        set("spark.master", "local-cluster[1,2,1024]");
        set("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        set("spark.executor.resource.gpu.amount", "2");
        set("spark.worker.resource.gpu.amount", "2");
        set("spark.worker.resource.gpu.discoveryScript", script);
        try (SparkSession spark = SparkSessions.open("devices")) {
            JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
            JavaRDD<Integer> tasks = context.parallelize(List.of(0, 1), 2);
            assertThat(devices(tasks)).containsExactly("cpu()", "cpu()");
            assertThat(devices(ModelTasks.onGpus(tasks.rdd()).toJavaRDD())).isSubsetOf("gpu(5)", "gpu(7)");
            TaskResourceRequests both = new TaskResourceRequests().cpus(1).resource("gpu", 2);
            assertThat(devices(tasks.withResources(
                            new ResourceProfileBuilder().require(both).build())))
                    .as("of two that Spark gives a task it takes the first")
                    .containsExactly("gpu(5)", "gpu(5)");
        }
    }

    @Test
    void tasksOfLocalModeTakeTurnsOnTheDriversGpus() throws IOException {
        set("spark.master", "local[2]");
        set("spark.driver.resource.gpu.amount", "2");
        set("spark.driver.resource.gpu.discoveryScript", script);
        try (SparkSession spark = SparkSessions.open("devices")) {
            JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
            assertThat(devices(context.parallelize(List.of(0, 1, 2), 3))).containsExactly("gpu(5)", "gpu(7)", "gpu(5)");
        }
    }

    @Test
    void withoutGpusTheCpuComputes() throws IOException {
        assertThat(new SparkConf().contains("spark.driver.resource.gpu.amount")).isFalse();
        set("spark.master", "local[2]");
        try (SparkSession spark = SparkSessions.open("devices")) {
            JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
            assertThat(devices(context.parallelize(List.of(0), 1))).containsExactly("cpu()");
        }
    }
}
