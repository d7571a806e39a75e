// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.plan;

import dev.vireo.adapter.AdaptedModule;
import dev.vireo.jobs.config.BatchSettings;
import dev.vireo.jobs.config.ObjectiveSettings;
import dev.vireo.jobs.config.OptimizerSettings;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.jobs.config.TrainSettings.Recompute;
import dev.vireo.model.ModelSurvey;
import dev.vireo.objective.Objective.Input;
import dev.vireo.planning.MemoryPlan;
import dev.vireo.planning.ParameterCount;
import dev.vireo.planning.Recipe;
import dev.vireo.planning.Recipe.MicroBatch;
import dev.vireo.planning.RunPlan;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import dev.vireo.training.GraphBudget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a recipe needs of each worker's machine, and which settings would need less. */
public final class Estimate {
    private static final double GB = 1e9;

    private final ModelSurvey survey;
    private final List<AdaptedModule> adapted;
    private final DataSize data;
    private final Machine machine;
    private final Choice chosen;
    private final Recipe.Optimizer optimizer;
    private final BatchSettings rows;
    private final ObjectiveSettings objective;

    /** The settings that decide the memory. */
    private record Choice(
            Precision precision, BaseFormat base, Recompute recompute, int batchSize, boolean comparesWithBase) {}

    private Estimate(
            ModelSurvey survey,
            List<AdaptedModule> adapted,
            DataSize data,
            Machine machine,
            Choice chosen,
            Recipe.Optimizer optimizer,
            TrainSettings train) {
        this.survey = survey;
        this.adapted = adapted;
        this.data = data;
        this.machine = machine;
        this.chosen = chosen;
        this.optimizer = optimizer;
        this.rows = train.batch();
        this.objective = train.objective();
    }

    /**
     * Of the settings.
     *
     * @param survey stays the caller's
     * @param continued directory of the adapter that is trained on, if any
     * @throws dev.vireo.jobs.config.InvalidSettingsException if no module matches the adapter's targets, or it does not fit
     */
    public static Estimate of(
            ModelSurvey survey,
            @Nullable Path continued,
            Settings settings,
            Precision precision,
            DataSize data,
            Machine machine) {
        var train = settings.train();
        var choice = new Choice(
                precision,
                settings.model().format(),
                train.recompute(),
                train.batch().batchSize(),
                train.hasBase());
        var optimizer = new Recipe.Optimizer(
                train.optimizer().eightBit(),
                train.optimizer().master() == OptimizerSettings.Master.KAHAN,
                train.sharesOptimizer() ? train.batch().workers() : 1);
        return new Estimate(survey, Adapted.of(survey, train, continued), data, machine, choice, optimizer, train);
    }

    /** The modules with an adapter; none where all parameters are trained. */
    List<AdaptedModule> adapted() {
        return adapted;
    }

    private RunPlan plan(Choice choice) {
        return new RunPlan(
                survey,
                new Recipe(
                        choice.precision,
                        choice.base,
                        adapted,
                        choice.comparesWithBase,
                        graphBytes(choice),
                        batch(choice),
                        optimizer));
    }

    private MicroBatch batch(Choice choice) {
        return rows.maxTokens() == 0
                ? data.largest(choice.batchSize)
                : data.largest(choice.batchSize * rows.accumulation() * rows.workers(), rows.maxTokens());
    }

    /** The largest micro-batch. */
    MicroBatch batch() {
        return batch(chosen);
    }

    RunPlan plan() {
        return plan(chosen);
    }

    /** Operations of the largest micro-batch's step, with the forward pass in which KTO finds its point of reference. */
    double stepOperations() {
        RunPlan plan = plan();
        return plan.stepOperations() + (takesOthersAnswers() ? plan.forwardOperations() : 0);
    }

    /** Operations, once before the first step, in which the reference scores the largest micro-batch; 0 without a reference. */
    double referenceOperations() {
        if (!objective.objective().needsReference()) {
            return 0;
        }
        int own = objective.referenceScores().equals(ObjectiveSettings.NONE) ? 1 : 0;
        return (own + (takesOthersAnswers() ? 1 : 0)) * plan().forwardOperations();
    }

    private boolean takesOthersAnswers() {
        return objective.objective().inputs().contains(Input.ANCHOR);
    }

    private long graphBytes(Choice choice) {
        return switch (choice.recompute) {
            case ALL -> 0;
            case NONE -> Long.MAX_VALUE;
            case AUTO ->
                machine.gpu()
                        ? GraphBudget.gpuBytes(machine.memoryBytes() - weightBytes(choice), machine.workers())
                        : GraphBudget.hostBytes(machine.memoryBytes(), machine.workers());
        };
    }

    private long weightBytes(Choice choice) {
        Recipe none = new Recipe(
                choice.precision, choice.base, adapted, choice.comparesWithBase, 0, data.largest(1), optimizer);
        MemoryPlan plan = new RunPlan(survey, none).memory(ProcessMemory.bytes(machine));
        return plan.mapped() + plan.weights() + plan.process();
    }

    private MemoryPlan memory(Choice choice) {
        return plan(choice).memory(ProcessMemory.bytes(machine));
    }

    MemoryPlan memory() {
        return memory(chosen);
    }

    private boolean fits(Choice choice) {
        MemoryPlan plan = memory(choice);
        // A GPU has a copy of the files' pages; the workers of a host share its process, and the kernel can drop those
        // pages.
        long workers = machine.workers() * (plan.required() - plan.process());
        return (machine.gpu() ? plan.total() : workers + plan.process()) <= machine.memoryBytes();
    }

    /** Whether the machine can hold what must be there at once. */
    public boolean fits() {
        return fits(chosen);
    }

    /** One line: parameters and memory. */
    public String line() {
        ParameterCount count = plan().parameters();
        MemoryPlan memory = memory();
        return String.format(
                Locale.ROOT,
                "plan: %,d of %,d parameters trained; memory of a worker %.2f GB at most (weights %.2f, in mapped files %.2f,"
                        + " gradients %.2f, optimizer %.2f, activations %.2f, process %.2f) of %.1f GB",
                count.trained(),
                count.all(),
                memory.total() / GB,
                memory.weights() / GB,
                memory.mapped() / GB,
                memory.gradients() / GB,
                memory.optimizer() / GB,
                memory.activations() / GB,
                memory.process() / GB,
                machine.memoryBytes() / GB);
    }

    /** Why it cannot be, and what would fit. */
    public String refusal() {
        List<String> remedies = remedies();
        return String.format(
                Locale.ROOT,
                "Cannot train: %d worker%s of %.2f GB (without the pages of mapped files) exceed%s the %.1f GB of the %s; %s",
                machine.workers(),
                machine.workers() == 1 ? "" : "s",
                memory().required() / GB,
                machine.workers() == 1 ? "s" : "",
                machine.memoryBytes() / GB,
                machine.gpu() ? "GPU" : "machine",
                remedies.isEmpty()
                        ? "no setting of the recipe would fit; take a machine with more memory"
                        : "these settings would fit: " + String.join("; or ", remedies));
    }

    /** Single settings that fit, else the shortest run of them that does. */
    private List<String> remedies() {
        List<String> fitting = new ArrayList<>();
        Map<String, UnaryOperator<Choice>> changes = changes();
        changes.forEach((text, change) -> {
            Choice changed = change.apply(chosen);
            if (!changed.equals(chosen) && fits(changed)) {
                fitting.add(text);
            }
        });
        if (!fitting.isEmpty()) {
            return fitting;
        }
        List<String> together = new ArrayList<>();
        Choice choice = chosen;
        for (Map.Entry<String, UnaryOperator<Choice>> change : changes.entrySet()) {
            Choice changed = change.getValue().apply(choice);
            if (!changed.equals(choice)) {
                choice = changed;
                together.add(change.getKey());
                if (fits(choice)) {
                    return List.of(String.join(" ", together));
                }
            }
        }
        return List.of();
    }

    private Map<String, UnaryOperator<Choice>> changes() {
        Map<String, UnaryOperator<Choice>> changes = new LinkedHashMap<>();
        changes.put(
                "train.recompute=all",
                c -> new Choice(c.precision, c.base, Recompute.ALL, c.batchSize, c.comparesWithBase));
        changes.put("train.batch-size=1", c -> new Choice(c.precision, c.base, c.recompute, 1, c.comparesWithBase));
        changes.put(
                "model.precision=bf16",
                c -> new Choice(Precision.BF16, c.base, c.recompute, c.batchSize, c.comparesWithBase));
        if (adapted.isEmpty()) {
            changes.put("train.kl-rows=0", c -> new Choice(c.precision, c.base, c.recompute, c.batchSize, false));
        } else {
            changes.put(
                    "model.base=nf4",
                    c -> new Choice(c.precision, BaseFormat.NF4, c.recompute, c.batchSize, c.comparesWithBase));
        }
        return changes;
    }
}
