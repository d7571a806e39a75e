// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standalone cluster whose connections, Spark's and the workers' own, need a secret and are encrypted. */
@Tag("cluster")
class EncryptedClusterTest {
    private static final Path MODEL = Command.HOME.resolve("model-core/src/test/resources/golden/llavanext-tiny/model");
    private static final List<String> SECURITY = List.of(
            "spark.authenticate=true",
            "spark.authenticate.secret=known-to-this-test-alone",
            "spark.network.crypto.enabled=true",
            "spark.network.crypto.saslFallback=false");

    @TempDir
    Path folder;

    @AfterEach
    void stopTheCluster() throws Exception {
        cluster("stop").run().succeeded();
    }

    @Test
    void workersOnItTrainToTheSameBits() throws Exception {
        vireo("world", "--output", "world", "world.pictures=12");
        vireo("prepare", "--model", MODEL, "--input", "world", "--output", "shards");
        vireo(train("embedded"));
        Command.Result started = cluster("start", "--workers", 2, "--cores", 1, "--memory", "1g")
                .with("SPARK_DAEMON_JAVA_OPTS", "-D" + String.join(" -D", SECURITY))
                .run()
                .succeeded();
        String sparkHome = assigned(started.out(), "SPARK_HOME");
        Command submit = Command.of(Path.of(sparkHome, "bin/spark-submit"), "--class", "dev.vireo.jobs.Vireo")
                .and("--master", assigned(started.out(), "SPARK_MASTER"))
                .with("SPARK_LOCAL_IP", "127.0.0.1")
                .in(folder);
        SECURITY.forEach(setting -> submit.and("--conf", setting));
        submit.and("--conf", "spark.executor.memory=1g", "--conf", "spark.driver.memory=1g")
                .and(Command.HOME.resolve("pipeline-jobs/target/vireo.jar"))
                .and(train("cluster"))
                .run()
                .succeeded();
        assertThat(adapter("cluster")).isEqualTo(adapter("embedded"));
    }

    private static Object[] train(String output) {
        return new Object[] {
            "train",
            "--model",
            MODEL,
            "--input",
            "shards",
            "--output",
            output,
            "train.workers=2",
            "train.steps=6",
            "train.learning-rate=1e-3",
            "model.precision=fp32",
            "model.threads=1"
        };
    }

    private byte[] adapter(String output) throws Exception {
        return Files.readAllBytes(folder.resolve(output).resolve("adapter/adapter_model.safetensors"));
    }

    private void vireo(Object... arguments) throws Exception {
        Command.of(Command.HOME.resolve("submit/vireo"))
                .and(arguments)
                .in(folder)
                .run()
                .succeeded();
    }

    private static Command cluster(Object... arguments) {
        return Command.of(Command.HOME.resolve("tools/cluster"))
                .and(arguments)
                .with("VIREO_CLUSTER_DIR", Command.HOME.resolve("pipeline-jobs/target/encrypted-cluster"));
    }

    private static String assigned(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }
}
