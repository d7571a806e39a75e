// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.pretrained.PretrainedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainChecksTest {
    @TempDir
    Path folder;

    @Test
    void contradictionsAreAllListedBeforeSparkStarts() throws Exception {
        TinyRun tiny = TinyRun.on(folder, Map.of("spark.dynamicAllocation.enabled", "true"));
        Path shards = tiny.shards("rows", 2, true);
        InvalidSettingsException thrown = catchThrowableOfType(
                InvalidSettingsException.class,
                () -> tiny.train(
                        Map.of(JobOption.ADAPTER, List.of(shards.toString())),
                        shards,
                        "run",
                        "train.full=true",
                        "train.eval-every=3",
                        "train.workers=3",
                        "train.reference-scores=scores"));
        assertThat(thrown.problems())
                .hasSize(5)
                .anySatisfy(problem -> assertThat(problem).contains("--adapter").contains("train.full=true"))
                .anySatisfy(problem -> assertThat(problem).startsWith("Invalid train.eval-every: 3"))
                .anySatisfy(problem -> assertThat(problem).startsWith("Invalid train.reference-scores: scores"))
                .anySatisfy(problem -> assertThat(problem).startsWith("Invalid spark.dynamicAllocation.enabled: true"))
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith("Invalid train.workers: 3 (expected at most 2")
                        .contains("--master local[3]"));
        assertThat(SparkEnv.get()).isNull();
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void demonstrationsAreNoPairs() throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path shards = tiny.shards("sft", 3, false);
        assertThatThrownBy(() -> tiny.train(shards, "run"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Cannot train orpo on --input")
                .hasMessageContaining("3 of 3 rows have one answer, such as sft-2")
                .hasMessageContaining("train.objective=sft");
    }

    @Test
    void whatTheMachineCannotHoldIsRefusedBeforeAnythingIsWritten() throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path shards = tiny.shards("rows", 2, true);
        assertThatThrownBy(() -> tiny.train(shards, "run", "train.steps=1", "train.lora.rank=100000000"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Cannot train: 1 worker of")
                .hasMessageContaining("no setting of the recipe would fit");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void promptsThatAttendBothWaysAreNoTargets() {
        Path golden = Path.of("../model-core/src/test/resources/golden");
        PretrainedModel model = PretrainedModel.open(golden.resolve("paligemma-tiny/model"));
        var all = Settings.resolve(null, List.of(), List.of("train.objective=sft", "train.sft.nll=all"));
        assertThatThrownBy(() -> new TrainChecks().prompts(model, all.train()).require())
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Invalid train.sft.nll: all (expected completion: the prompts of paligemma");
        var completion = Settings.resolve(null, List.of(), List.of("train.objective=sft"));
        new TrainChecks().prompts(model, completion.train()).require();
        PretrainedModel llava = PretrainedModel.open(golden.resolve("llava15-tiny/model"));
        new TrainChecks().prompts(llava, all.train()).require();
    }

    @Test
    void clusterWithFewerPlacesThanWorkersIsSaid() throws Exception {
        TinyRun tiny =
                TinyRun.onCluster(folder, 1).with("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "3");
        Path shards = tiny.shards("few", 8, true);
        assertThatThrownBy(() -> tiny.train(shards, "out-few", "train.steps=2", "train.workers=2"))
                .hasMessageContaining("Cannot start 2 workers: the cluster has fewer places for them; give the"
                        + " application more executors (spark.executor.instances) or lower train.workers");
    }

    @Test
    void executorsWithSeveralGpusAreRefused() {
        SparkConf conf = new SparkConf(false).set("spark.executor.resource.gpu.amount", "2");
        assertThatThrownBy(() -> new TrainChecks()
                        .cluster(conf.set("spark.master", "yarn"), 2)
                        .require())
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Invalid spark.executor.resource.gpu.amount: 2 (expected 1");
        new TrainChecks().cluster(conf.set("spark.master", "local[2]"), 2).require();
    }

    @Test
    void localMastersHaveAsManyWorkersAsThreads() {
        assertThat(TrainChecks.localThreads("local")).isEqualTo(1);
        assertThat(TrainChecks.localThreads("local[4]")).isEqualTo(4);
        assertThat(TrainChecks.localThreads("local[3,2]")).isEqualTo(3);
        assertThat(TrainChecks.localThreads("local[*]"))
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(TrainChecks.localThreads("local-cluster[2,1,1024]")).isZero();
        assertThat(TrainChecks.localThreads("spark://host:7077")).isZero();
        new TrainChecks()
                .cluster(new SparkConf(false).set("spark.master", "yarn"), 64)
                .require();
    }
}
