// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

import dev.vireo.adapter.AdaptedModule;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.model.ModelSurvey;
import dev.vireo.model.Operations;
import dev.vireo.model.TextDecoder;
import dev.vireo.nn.Blocks;
import dev.vireo.tensor.Precision;

/** Memory and operations of one worker's training step. */
public final class RunPlan {
    private static final int FLOAT = Float.BYTES;
    private static final int BF16 = 2;
    /** Float32 copies of the logits that the head computes at once: logits, their log-softmax and its gradient. */
    private static final long HEAD_COPIES = 3;

    /** What the allocator holds for activations that live, over their size: they come and go in pieces of many sizes. Of bench/plan's runs. */
    private static final double HELD = 1.25;

    private final ModelSurvey survey;
    private final Recipe recipe;
    private final PlannedBlocks blocks;

    /** @param survey stays the caller's, and open */
    public RunPlan(ModelSurvey survey, Recipe recipe) {
        this.survey = survey;
        this.recipe = recipe;
        this.blocks = new PlannedBlocks(survey, recipe);
    }

    /** Numbers of parameters; an adapter's on modules that nothing computes with count among the trained ones, as PEFT does. */
    public ParameterCount parameters() {
        long used = survey.used().stream().mapToLong(TensorInfo::elements).sum();
        long unused = survey.unused().stream().mapToLong(TensorInfo::elements).sum();
        long adapters =
                recipe.adapted().stream().mapToLong(AdaptedModule::parameters).sum();
        return new ParameterCount(used + unused, recipe.full() ? used : adapters);
    }

    /**
     * The peak of the memory.
     *
     * @param process what Java, Spark and libtorch take beside it
     */
    public MemoryPlan memory(long process) {
        long mapped = 0;
        long held = 0;
        for (TensorInfo info : survey.used()) {
            if (blocks.isQuantized(info.name())) {
                held += recipe.base().bytes(info.shape().get(0), info.shape().get(1), recipe.elementBytes());
            } else {
                // A base that is opened beside a model whose weights were copied maps the same pages once more.
                mapped += (recipe.full() && recipe.opensBase() ? 2 : 1) * info.sizeBytes();
                held += info.elements() * heldBytes(info.type());
            }
        }
        long trained = blocks.all().stream().mapToLong(PlannedBlock::trained).sum();
        long factors = recipe.full() ? 0 : FLOAT * trained;
        return new MemoryPlan(
                mapped,
                held + factors,
                FLOAT * trained,
                recipe.optimizer().momentBytes(trained),
                activations(),
                process);
    }

    /**
     * Of an element beside the file's: a trained one has a float32 master and in bf16 a copy (or a compensation in place of the
     * master), a frozen one of another type is cast.
     */
    private int heldBytes(StoredType type) {
        boolean narrow = recipe.precision() == Precision.BF16;
        int cast = type == (narrow ? StoredType.BF16 : StoredType.F32) ? 0 : recipe.elementBytes();
        if (!recipe.full()) {
            return cast;
        }
        int trained = recipe.optimizer().compensated() ? 2 * BF16 : FLOAT + (narrow ? BF16 : 0);
        return trained + (recipe.opensBase() ? cast : 0);
    }

    /**
     * Inputs of all active blocks, the kept graphs, and the largest of what lives only while a block computes: for a block whose
     * graph is kept what its backward pass makes beside it, about as much again, for another also its graph and its dequantized
     * weights.
     */
    private long activations() {
        long inputs = 0;
        long kept = 0;
        long peak = head();
        for (PlannedBlock each : blocks.all()) {
            long input = each.rows() * each.width(survey.parts().text().width()) * recipe.elementBytes();
            long passing = each.graphBytes() + each.trained() * recipe.elementBytes();
            inputs += each.active() ? input : 0;
            kept += each.keeps() ? each.graphBytes() : 0;
            long again = each.active() && !each.keeps() ? each.graphBytes() : 0;
            peak = Math.max(peak, passing + again + each.dequantizedBytes());
        }
        return (long) (HELD * (inputs + kept + peak));
    }

    private long head() {
        TextDecoder text = survey.parts().text();
        long rows = Math.min(Blocks.headRows(text.vocabulary()), recipe.batch().scored());
        return rows * text.vocabulary() * (HEAD_COPIES * FLOAT + recipe.elementBytes())
                + 2 * recipe.batch().scored() * text.width() * recipe.elementBytes();
    }

    /** Bytes of the keys and values of so many tokens: what generating holds beside the weights. */
    public long keyValueBytes(long tokens) {
        TextDecoder text = survey.parts().text();
        return 2L * text.layers().size() * text.keyValueHeads() * text.headWidth() * tokens * recipe.elementBytes();
    }

    /**
     * Floating-point operations of a micro-batch's step: those of the model, and the forward pass of the blocks whose graph is not
     * kept once more.
     */
    public double stepOperations() {
        Operations.Sizes sizes = blocks.sizes();
        double operations = blocks.operations().step(sizes);
        for (PlannedBlock each : blocks.all()) {
            boolean again = each.active()
                    && !each.keeps()
                    && each.block() != survey.parts().text().head();
            operations += again ? blocks.operations().forward(each.block(), sizes) : 0;
        }
        return operations;
    }

    /** Floating-point operations of a micro-batch's forward pass alone: of a reference, or of KTO's point of reference. */
    public double forwardOperations() {
        return blocks.operations().forward(blocks.sizes());
    }
}
