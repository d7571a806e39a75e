// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import ai.djl.Device;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.jobs.config.LoraSettings;
import dev.vireo.jobs.config.OptimizerSettings;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.jobs.shards.RowIndex;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.workers.KeptFeatures;
import dev.vireo.model.ModelLoader;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.GraphMemory;
import dev.vireo.nn.Parameter;
import dev.vireo.objective.Objective;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.training.AdamWSettings;
import dev.vireo.training.AdamWSettings.Moments;
import dev.vireo.training.BaseModel;
import dev.vireo.training.DataOrder;
import dev.vireo.training.Evaluation;
import dev.vireo.training.GraphBudget;
import dev.vireo.training.Replica;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes what a worker keeps between segments, as it is before the first step. */
final class ResidentLoader {
    private ResidentLoader() {}

    /** Loads the model and everything around it. */
    static Resident load(TrainPlan plan, Device device) throws IOException {
        Path directory = LocalCopy.of(plan.storage(), plan.modelDirectory());
        PretrainedModel pretrained = PretrainedModel.open(directory);
        ModelLoader loader = pretrained.loader();
        VisionLanguageModel model = model(plan, loader, device);
        if (!plan.train().full()) {
            KeptFeatures.attach(model, pretrained, plan.featureBytes());
        }
        Objective objective = plan.train().objective().objective();
        PromptTargets targets = StepReader.targets(objective);
        LoraAdapter adapter = plan.train().full() ? null : adapter(plan, model);
        List<Parameter> parameters = adapter == null ? Replica.allTrainable(model) : adapter.parameters();
        Replica replica = new Replica(
                model,
                parameters,
                objective,
                TrainPlan.orNone(plan.reference()),
                adamW(plan.train()),
                memory(plan, device));
        replica.sum(plan.train().batch().overlap() ? Replica.Summing.OVERLAPPED : Replica.Summing.BEHIND);
        BaseModel base = base(plan, pretrained, model, device);
        if (base != null) {
            replica.compareWith(base);
        }
        ShardSet shards = ShardSet.open(plan.storage(), plan.shards());
        StepReader rows = new StepReader(shards, pretrained.images(), order(plan, shards.index()), objective);
        HeldOut heldOut = plan.evalShards().isEmpty()
                ? null
                : new HeldOut(
                        new Evaluation(
                                model,
                                objective,
                                TrainPlan.orNone(plan.evalReference()),
                                adapter == null ? Weights.BASE : Weights.ADAPTED,
                                base),
                        ShardSet.open(plan.storage(), plan.evalShards()),
                        pretrained.images(),
                        targets,
                        plan.train().checkpoint().evalRows(),
                        plan.train().batch().batchSize());
        return new Resident(plan, device, pretrained, model, adapter, replica, rows, heldOut, base);
    }

    private static VisionLanguageModel model(TrainPlan plan, ModelLoader loader, Device device) {
        if (!plan.train().full()) {
            return loader.frozen(device, plan.precision(), plan.base());
        }
        return plan.train().optimizer().master() == OptimizerSettings.Master.KAHAN
                ? loader.trainableWithoutMasters(device)
                : loader.trainable(device, plan.precision());
    }

    /** What {@code kl} compares with; null where nothing is. */
    private static @Nullable BaseModel base(
            TrainPlan plan, PretrainedModel pretrained, VisionLanguageModel model, Device device) {
        if (!plan.train().hasBase()) {
            return null;
        }
        if (!plan.train().full()) {
            return BaseModel.below(model);
        }
        return BaseModel.opened(() -> {
            VisionLanguageModel start = pretrained.loader().frozen(device, plan.precision());
            KeptFeatures.attach(start, pretrained, plan.featureBytes());
            return start;
        });
    }

    private static DataOrder order(TrainPlan plan, RowIndex index) {
        int most = plan.train().batch().maxTokens();
        return most == 0 ? plan.order() : plan.order().packed(most, index::tokens);
    }

    private static LoraAdapter adapter(TrainPlan plan, VisionLanguageModel model) throws IOException {
        String given = plan.adapterDirectory();
        LoraSettings lora = plan.train().lora();
        long seed = plan.train().batch().seed();
        if (given != null) {
            PeftAdapter stored = PeftAdapter.read(LocalCopy.of(plan.storage(), given));
            LoraAdapter adapter = LoraAdapter.attach(model.adapterHost(), stored, LoraAdapter.Use.TRAINED);
            if (lora.dropout() > 0) {
                adapter.dropOut(lora.dropout(), seed);
            }
            return adapter;
        }
        return LoraAdapter.create(model.adapterHost(), lora.adapter(), seed);
    }

    private static AdamWSettings adamW(TrainSettings train) {
        OptimizerSettings settings = train.optimizer();
        return new AdamWSettings(
                        settings.beta1(),
                        settings.beta2(),
                        settings.epsilon(),
                        settings.weightDecay(),
                        settings.maxGradNorm())
                .with(train.lora().plusRatio(), settings.eightBit() ? Moments.EIGHT_BIT : Moments.SINGLE);
    }

    private static GraphMemory memory(TrainPlan plan, Device device) {
        int together = plan.oneProcess() ? plan.workers() : 1;
        return switch (plan.train().recompute()) {
            case AUTO -> GraphBudget.automatic(device, plan.precision(), together);
            case ALL -> GraphBudget.none(plan.precision());
            case NONE -> GraphBudget.unlimited(plan.precision());
        };
    }
}
