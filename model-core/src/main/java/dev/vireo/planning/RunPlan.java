// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

import dev.vireo.adapter.AdaptedModule;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.model.ModelSurvey;
import dev.vireo.model.TextDecoder;
import dev.vireo.nn.Block;
import dev.vireo.tensor.Precision;

/** Memory and operations of one worker's training step. */
public final class RunPlan {
    private static final int FLOAT = Float.BYTES;
    private static final int BF16 = 2;
    /** Rows of logits that the head computes at once, and their float32 copies: logits, their log-softmax and its gradient. */
    private static final long HEAD_ROWS = 256;

    private static final long HEAD_COPIES = 3;

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
                mapped += info.sizeBytes();
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
        if (recipe.full()) {
            return recipe.optimizer().compensated() ? 2 * BF16 : FLOAT + (narrow ? BF16 : 0);
        }
        return type == (narrow ? StoredType.BF16 : StoredType.F32) ? 0 : recipe.elementBytes();
    }

    /**
     * Inputs of all active blocks, the kept graphs, and the largest of what lives only while a block computes: for a block whose
     * graph is kept what its backward pass makes beside it, for another also its graph and its dequantized weights.
     */
    private long activations() {
        long inputs = 0;
        long kept = 0;
        long peak = head();
        for (PlannedBlock each : blocks.all()) {
            long input = each.rows() * each.width(survey.parts().text().width()) * recipe.elementBytes();
            long passing = each.graphBytes() / 3 + each.trained() * recipe.elementBytes();
            inputs += each.active() ? input : 0;
            kept += each.keeps() ? each.graphBytes() : 0;
            long again = each.active() && !each.keeps() ? each.graphBytes() : 0;
            peak = Math.max(peak, passing + again + each.dequantizedBytes());
        }
        return inputs + kept + peak;
    }

    private long head() {
        TextDecoder text = survey.parts().text();
        long rows = Math.min(HEAD_ROWS, recipe.batch().scored());
        return rows * text.vocabulary() * (HEAD_COPIES * FLOAT + recipe.elementBytes())
                + 2 * recipe.batch().scored() * text.width() * recipe.elementBytes();
    }

    /** Bytes of the keys and values of so many tokens: what generating holds beside the weights. */
    public long keyValueBytes(long tokens) {
        TextDecoder text = survey.parts().text();
        return 2L * text.layers().size() * text.keyValueHeads() * text.headWidth() * tokens * recipe.elementBytes();
    }

    /**
     * Floating-point operations of a micro-batch as they are executed, two for each multiplication of a matrix product: forward,
     * the gradient of the input, that of trained parameters, and the forward pass of what is not kept once more.
     */
    public double flops() {
        double flops = 0;
        Block head = survey.parts().text().head();
        for (PlannedBlock each : blocks.all()) {
            boolean last = each.block() == head;
            double rows = last ? recipe.batch().scored() : each.rows();
            double forward = rows * each.productsPerRow() + attention(each);
            int passes = !each.active() ? 1 : last || each.keeps() ? 2 : 3;
            double trained = recipe.full() ? rows * each.productsPerRow() : 3 * rows * each.trained();
            flops += 2 * (passes * forward + trained);
        }
        return flops;
    }

    /** Multiplications of scores and values: a tile's position sees all of its tile, a token half of the tokens. */
    private double attention(PlannedBlock planned) {
        double seen = blocks.isTower(planned.block()) ? blocks.positions() : planned.rows() / 2.0;
        return 2 * planned.queryWidth() * planned.rows() * seen;
    }
}
