// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.checkpoint.Fingerprint;
import dev.vireo.jobs.config.ObjectiveSettings;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.shards.ModelIdentity;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/** What a run reads, opened and checked before Spark starts. */
final class TrainInputs {
    private final List<String> shardDirectories;
    private final List<String> evalDirectories;
    private final ShardSet shards;
    private final @Nullable ShardSet eval;
    private final SortedMap<String, String> hashes = new TreeMap<>();

    private TrainInputs(
            List<String> shardDirectories, List<String> evalDirectories, ShardSet shards, @Nullable ShardSet eval) {
        this.shardDirectories = shardDirectories;
        this.evalDirectories = evalDirectories;
        this.shards = shards;
        this.eval = eval;
    }

    /**
     * Opens the inputs of a job.
     *
     * @throws dev.vireo.jobs.config.InvalidSettingsException with everything that cannot work
     */
    static TrainInputs open(JobContext context) throws IOException {
        JobArguments arguments = context.arguments();
        TrainSettings train = context.settings().train();
        Storage storage = context.storage();
        SparkConf conf =
                SparkEnv.get() == null ? new SparkConf() : SparkEnv.get().conf();
        new TrainChecks()
                .arguments(storage, arguments, train)
                .cluster(conf, train.batch().workers())
                .require();
        List<String> shardDirectories = TrainJob.absolute(storage, arguments.inputs());
        String given = arguments.eval();
        List<String> evalDirectories =
                given == null ? List.of() : TrainJob.absolute(storage, List.of(given.split(",")));
        ShardSet shards = ShardSet.open(storage, shardDirectories);
        ShardSet eval = evalDirectories.isEmpty() ? null : ShardSet.open(storage, evalDirectories);
        TrainInputs inputs = new TrainInputs(shardDirectories, evalDirectories, shards, eval);
        inputs.check(storage, arguments, train);
        return inputs;
    }

    /** Checks that rows and model fit, and notes what they are. */
    private void check(Storage storage, JobArguments arguments, TrainSettings train) throws IOException {
        Path directory = LocalCopy.of(storage, arguments.model());
        PretrainedModel model = PretrainedModel.open(directory);
        ModelIdentity identity = ModelIdentity.of(model);
        TrainChecks checks = new TrainChecks().rows("--input", shards, train).prompts(model, train);
        shards.requireModel("train on", arguments.model(), identity);
        if (eval != null) {
            checks.rows("--eval", eval, train);
            eval.requireModel("evaluate on", arguments.model(), identity);
        }
        checks.require();
        hashes.put("model", Fingerprint.weights(directory));
        hashes.put("processor", identity.processorHash());
        hashes.put("tokenizer", identity.tokenizerHash());
        hashes.put("shards", shards.contentHash());
        if (eval != null) {
            hashes.put("eval", eval.contentHash());
        }
        String adapter = arguments.adapter();
        if (adapter != null) {
            hashes.put("adapter", Fingerprint.adapter(LocalCopy.of(storage, adapter)));
        }
        String reference = train.objective().reference();
        boolean isDirectory = !reference.equals(ObjectiveSettings.START) && !reference.equals(ObjectiveSettings.BASE);
        if (train.objective().objective().needsReference() && isDirectory) {
            hashes.put("reference", Fingerprint.adapter(LocalCopy.of(storage, reference)));
        }
    }

    List<String> shardDirectories() {
        return shardDirectories;
    }

    List<String> evalDirectories() {
        return evalDirectories;
    }

    ShardSet shards() {
        return shards;
    }

    /** The held-out rows, if there are any. */
    @Nullable
    ShardSet eval() {
        return eval;
    }

    int rows() {
        return shards.rows();
    }

    /** What the inputs are, for the run's record. */
    SortedMap<String, String> hashes() {
        return hashes;
    }
}
