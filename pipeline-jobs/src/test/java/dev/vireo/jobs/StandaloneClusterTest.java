// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The jobs through {@code spark-submit} on a standalone cluster of separate processes, with the jar that is shipped. */
@Tag("cluster")
@TestMethodOrder(OrderAnnotation.class)
class StandaloneClusterTest {
    private static final Path MODEL = Command.HOME.resolve("model-core/src/test/resources/golden/llavanext-tiny/model");
    private static final Path JAR = Command.HOME.resolve("pipeline-jobs/target/vireo.jar");
    private static final int WORKERS = 3;
    private static final String BUCKET = "s3a://vireo";
    private static final Pattern PAST_A_COMMIT = Pattern.compile("train [1-9][0-9]+/200 steps");

    /** Two of the three workers train; the third stands by. */
    private static final List<String> RESOURCES = List.of(
            "spark.cores.max=2", "spark.executor.cores=1", "spark.executor.memory=1g", "spark.driver.memory=1g");

    @TempDir
    static Path folder;

    private static String sparkHome;
    private static String master;

    @BeforeAll
    static void startTheCluster() throws Exception {
        assertThat(JAR).as("built by mvn verify").exists();
        Command.Result started = cluster("start", "--workers", WORKERS, "--cores", 1, "--memory", "1g")
                .run()
                .succeeded();
        sparkHome = assigned(started.out(), "SPARK_HOME");
        master = assigned(started.out(), "SPARK_MASTER");
        Command.of(
                        Command.HOME.resolve("submit/vireo"),
                        "world",
                        "--output",
                        folder.resolve("world"),
                        "world.pictures=12")
                .run()
                .succeeded();
    }

    @AfterAll
    static void stopTheCluster() throws Exception {
        cluster("stop").run().succeeded();
    }

    @Test
    @Order(1)
    void prepareRunsOnExecutors() throws Exception {
        Command.of(
                        Command.HOME.resolve("submit/vireo"),
                        "--master",
                        master,
                        "prepare",
                        "--model",
                        MODEL,
                        "--input",
                        "world",
                        "--output",
                        "shards",
                        "prepare.shard-rows=8")
                .in(folder)
                .with("SPARK_HOME", sparkHome)
                .with("SPARK_LOCAL_IP", "127.0.0.1")
                .run()
                .succeeded();
        assertThat(shards().resolve("manifest.json")).exists();
        assertThat(shards().resolve("shards"))
                .as("relative paths mean the same place on executors")
                .isNotEmptyDirectory();
    }

    @Test
    @Order(2)
    void twoExecutorsTrain() throws Exception {
        Path run = folder.resolve("run");
        submit("Train", trainArguments(shards(), run, 6)).run().succeeded();
        assertThat(run.resolve("adapter/adapter_model.safetensors")).exists();
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSizeGreaterThanOrEqualTo(6);
        Command.of(Command.HOME.resolve("tools/check_tensorboard.sh"), run.resolve("events"))
                .run()
                .succeeded();
    }

    /** The driver is a process of the cluster too, which starts it again when it dies. */
    @Test
    @Order(3)
    void driverInTheClusterThatIsKilledGoesOn() throws Exception {
        Path run = folder.resolve("supervised");
        Command command = Command.of(Command.HOME.resolve("submit/vireo"), "--master", master);
        command.and("--deploy-mode", "cluster", "--spark-conf", "spark.driver.supervise=true");
        RESOURCES.forEach(setting -> command.and("--spark-conf", setting));
        command.and("train")
                .and(trainArguments(shards(), run, 60))
                .with("SPARK_HOME", sparkHome)
                .with("SPARK_LOCAL_IP", "127.0.0.1")
                .run()
                .succeeded();
        await().atMost(Duration.ofSeconds(180)).until(() -> lines(run.resolve("metrics.jsonl")) >= 10);
        assertThat(run.resolve("_SUCCESS.json")).doesNotExist();
        driver(run).orElseThrow().destroyForcibly();
        await().atMost(Duration.ofSeconds(180)).until(() -> Files.exists(run.resolve("_SUCCESS.json")));
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                        .filter(line -> line.contains("\"loss\""))
                        .map(line -> JsonParser.parseString(line)
                                .getAsJsonObject()
                                .get("step")
                                .getAsInt()))
                .as("each step once")
                .isEqualTo(IntStream.rangeClosed(1, 60).boxed().toList());
    }

    /**
     * World, shards, checkpoints and adapter are objects of a bucket; a driver that is killed leaves enough there to go on, and of two drivers the later one does: the
     * third worker of the cluster lets it start beside the first.
     */
    @Test
    @Order(4)
    void everythingLiesInS3() throws Exception {
        Command.Result started = s3("start").run().succeeded();
        List<String> settings =
                new ArrayList<>(List.of(quoted(started.out(), "S3_SETTINGS").split(" ")));
        settings.add("spark.jars=" + quoted(started.out(), "S3_JARS"));
        try {
            onS3(settings, "World", "--output", BUCKET + "/world", "world.pictures=12")
                    .run()
                    .succeeded();
            onS3(settings, "Prepare", "--model", MODEL, "--input", BUCKET + "/world", "--output", BUCKET + "/shards")
                    .run()
                    .succeeded();
            Object[] arguments = trainArguments(BUCKET + "/shards", BUCKET + "/run", 200);
            Process killed = trainPastACommit(settings, "killed", arguments);
            killed.destroyForcibly().waitFor();
            Process first = trainPastACommit(settings, "first", arguments);
            assertThat(onS3(settings, "Train", arguments).run().succeeded().err())
                    .contains("going on from the checkpoint of step");
            assertThat(first.waitFor()).isEqualTo(1);
            assertThat(Files.readString(folder.resolve("first.err")))
                    .contains("going on from the checkpoint of step")
                    .contains("another run took over --output " + BUCKET + "/run");
            onS3(settings, "Score", "--model", MODEL, "--adapter", BUCKET + "/run/adapter")
                    .and("--input", BUCKET + "/shards", "--output", BUCKET + "/scores")
                    .run()
                    .succeeded();
        } finally {
            s3("stop").run().succeeded();
        }
    }

    @Test
    @Order(5)
    void trainingGoesOnWhenAWorkerIsKilled() throws Exception {
        Path run = folder.resolve("disturbed");
        Path out = folder.resolve("disturbed.out");
        Path err = folder.resolve("disturbed.err");
        Process training = submit("Train", trainArguments(shards(), run, 60)).start(out, err);
        await().atMost(Duration.ofSeconds(180))
                .until(() -> !training.isAlive() || lines(run.resolve("metrics.jsonl")) >= 10);
        assertThat(training.isAlive()).as(Files.readString(err)).isTrue();
        cluster("kill-worker").run().succeeded();
        assertThat(training.waitFor()).as(Files.readString(err)).isZero();
        assertThat(run.resolve("adapter/adapter_model.safetensors")).exists();
        assertThat(lines(run.resolve("metrics.jsonl"))).isGreaterThanOrEqualTo(60);
    }

    /** The process of the driver that the cluster runs for an output. */
    private static Optional<ProcessHandle> driver(Path output) {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).contains("DriverWrapper"))
                .filter(process -> commandLine(process).contains(output.toString()))
                .findFirst();
    }

    /** The whole of it: what Java tells ends at 4,096 characters. */
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** A driver that committed steps and goes on. */
    private static Process trainPastACommit(List<String> settings, String name, Object... arguments) throws Exception {
        Path err = folder.resolve(name + ".err");
        Process training = onS3(settings, "Train", arguments).start(folder.resolve(name + ".out"), err);
        await().atMost(Duration.ofSeconds(180))
                .until(() -> !training.isAlive()
                        || PAST_A_COMMIT.matcher(Files.readString(err)).find());
        assertThat(training.isAlive()).as(Files.readString(err)).isTrue();
        return training;
    }

    private static Command onS3(List<String> settings, String job, Object... arguments) {
        Command command = submission(job);
        settings.forEach(setting -> command.and("--conf", setting));
        return command.and(JAR).and(arguments);
    }

    private static String quoted(String text, String name) {
        return assigned(text, name).replace("\"", "");
    }

    private static Command s3(String verb) {
        return Command.of(Command.HOME.resolve("tools/s3/server"), verb)
                .with("VIREO_S3_DIR", Command.HOME.resolve("pipeline-jobs/target/s3"));
    }

    private static Object[] trainArguments(Object shards, Object run, int steps) {
        return new Object[] {
            "--model",
            MODEL,
            "--input",
            shards,
            "--output",
            run,
            "train.workers=2",
            "train.steps=" + steps,
            "train.segment-steps=5",
            "train.save-every=5",
            "train.learning-rate=1e-3",
            "model.threads=1"
        };
    }

    private static Path shards() {
        return folder.resolve("shards");
    }

    private static Command submit(String job, Object... arguments) {
        return submission(job).and(JAR).and(arguments);
    }

    private static Command submission(String job) {
        Command command = Command.of(Path.of(sparkHome, "bin/spark-submit"), "--class", "dev.vireo.jobs." + job);
        command.and("--master", master);
        command.with("SPARK_LOCAL_IP", "127.0.0.1");
        RESOURCES.forEach(setting -> command.and("--conf", setting));
        return command;
    }

    private static Command cluster(Object... arguments) {
        return Command.of(Command.HOME.resolve("tools/cluster"))
                .and(arguments)
                .with("VIREO_CLUSTER_DIR", Command.HOME.resolve("pipeline-jobs/target/cluster"));
    }

    private static String assigned(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    private static long lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        }
    }
}
