// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.jobs.Command.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code submit/vireo} as a user calls it: a process, its streams and its exit status. Needs the built jar. */
@Tag("cluster")
class SubmitScriptTest {
    private static final Path HOME = Command.HOME;
    private static final Path SCRIPT = HOME.resolve("submit/vireo");

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeAll
    static void requireTheJar() {
        assertThat(HOME.resolve("pipeline-jobs/target/vireo.jar"))
                .as("built by mvn package")
                .exists();
    }

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temporary.resolve("a folder"));
    }

    @Test
    void helpListsTheJobsAndWhereTheyRun() throws Exception {
        Result result = run(Map.of(), SCRIPT, "--help");
        assertThat(result.status()).isZero();
        assertThat(result.out())
                .contains("demo ", "prepare ", "score ", "generate ", "train ", "evaluate ")
                .contains("--master URL", "--spark-conf KEY=VALUE", "SPARK_HOME");
    }

    @Test
    void helpOfAJobListsItsSettings() throws Exception {
        Result result = run(Map.of(), SCRIPT, "train", "--help");
        assertThat(result.status()).isZero();
        assertThat(result.out())
                .contains("--eval", "train.learning-rate=1e-5", "--conf", "--overwrite", "--master URL");
    }

    @Test
    void noArgumentsAndUnknownJobsAreWrongArguments() throws Exception {
        assertThat(run(Map.of(), SCRIPT).status()).isEqualTo(2);
        Result result = run(Map.of(), SCRIPT, "trane");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("Unknown job trane (expected one of").contains("train");
    }

    @Test
    void everyFaultIsListedWithANearNameAndNothingIsWritten() throws Exception {
        Path output = folder.resolve("out");
        Result result = run(
                Map.of(),
                SCRIPT,
                "train",
                "--model",
                folder.resolve("no model"),
                "--output",
                output,
                "train.learning-rte=1",
                "train.beta=-1");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err())
                .contains("train.learning-rte")
                .contains("train.learning-rate")
                .contains("Invalid train.beta: -1")
                .contains("Missing --input");
        assertThat(output).doesNotExist();
    }

    @Test
    void missingFilesAreNamed() throws Exception {
        Result result = run(
                Map.of(),
                SCRIPT,
                "prepare",
                "--conf",
                "orpo",
                "--model",
                folder.resolve("no model"),
                "--input",
                folder.resolve("no rows.parquet"),
                "--output",
                folder.resolve("out"));
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err().lines())
                .containsExactly(
                        "Cannot read --model " + folder + "/no model: there is no such file or directory",
                        "Cannot read --input " + folder + "/no rows.parquet: there is no such file or directory");
    }

    @Test
    void aBrokenModelIsOneLine() throws Exception {
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        Path input = HOME.resolve("pipeline-jobs/src/test/resources/golden/parquet/rlaif-v.parquet");
        Result result =
                run(Map.of(), SCRIPT, "prepare", "--model", model, "--input", input, "--output", folder.resolve("out"));
        assertThat(result.status()).isIn(1, 2);
        assertThat(result.err()).contains("gpt2").doesNotContain("\tat ");
    }

    @Test
    void theScriptWorksThroughLinksAndFindsRecipesFromAnywhere() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("a link"), SCRIPT);
        Path second = Files.createSymbolicLink(folder.resolve("second"), Path.of("a link"));
        Result result = run(Map.of(), second, "train", "--conf", "dpo", "--conf", "none");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err())
                .contains("Cannot read --conf none")
                .contains(HOME.resolve("conf/none.conf").toString())
                .doesNotContain("--conf dpo");
    }

    @Test
    void faultsOfTheLaunchAreWrongArguments() throws Exception {
        Result noValue = run(Map.of(), SCRIPT, "train", "--master");
        assertThat(noValue.status()).isEqualTo(2);
        assertThat(noValue.err()).contains("--master needs a value");
        Result noKey = run(Map.of(), SCRIPT, "train", "--spark-conf", "executor.memory=1g");
        assertThat(noKey.status()).isEqualTo(2);
        assertThat(noKey.err()).contains("Invalid --spark-conf: executor.memory=1g (expected spark.KEY=VALUE)");
        Result mode = run(Map.of(), SCRIPT, "train", "--deploy-mode=remote");
        assertThat(mode.status()).isEqualTo(2);
        assertThat(mode.err()).contains("Invalid --deploy-mode: remote (expected client or cluster)");
    }

    @Test
    void whatIsMissingOnTheMachineIsSaid() throws Exception {
        Result java = run(Map.of("JAVA_HOME", folder.toString()), SCRIPT, "--help");
        assertThat(java.status()).isEqualTo(1);
        assertThat(java.err()).contains("JAVA_HOME is " + folder + ", which has no bin/java");
        Result spark = run(Map.of("SPARK_HOME", folder.toString()), SCRIPT, "train");
        assertThat(spark.status()).isEqualTo(1);
        assertThat(spark.err()).contains("Cannot use SPARK_HOME: " + folder + " has no bin/spark-submit");
    }

    private Result run(Map<String, String> environment, Path script, Object... arguments) throws Exception {
        Command command = Command.of(script).and(arguments).in(folder);
        environment.forEach(command::with);
        return command.run();
    }
}
