// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

import dev.vireo.adapter.AdaptedModule;
import dev.vireo.checkpoint.ModuleMatcher;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.model.ModelSurvey;
import dev.vireo.model.TextDecoder;
import dev.vireo.nn.Block;
import dev.vireo.nn.LinearModule;
import dev.vireo.tensor.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Memory and operations of one worker's training step. */
public final class RunPlan {
    private static final String WEIGHT = ".weight";
    private static final int FLOAT = Float.BYTES;
    /** Rows of logits that the head computes at once, and their float32 copies: logits, their log-softmax and its gradient. */
    private static final long HEAD_ROWS = 256;

    private static final long HEAD_COPIES = 3;

    private final ModelSurvey survey;
    private final Recipe recipe;
    private final Map<String, TensorInfo> weights = new HashMap<>();
    private final Map<String, AdaptedModule> adapted = new HashMap<>();
    private final List<PlannedBlock> blocks = new ArrayList<>();

    /**
     * A block and what a step does with it.
     *
     * @param rows of its input
     * @param graph bytes that autograd keeps
     * @param active whether its input or a parameter wants a gradient
     * @param quantized bytes of its weights once they are made anew; 0 where they are held as they are
     * @param trained elements of its trained parameters
     */
    private record PlannedBlock(Block block, long rows, long graph, boolean active, long quantized, long trained) {}

    public RunPlan(ModelSurvey survey, Recipe recipe) {
        this.survey = survey;
        this.recipe = recipe;
        survey.used().forEach(info -> weights.put(info.name(), info));
        recipe.adapted().forEach(module -> adapted.put(module.name(), module));
        boolean active = false;
        Set<Block> tower = new HashSet<>(survey.parts().vision().blocks());
        for (Block block : survey.parts().all()) {
            long rows = tower.contains(block)
                    ? recipe.batch().tiles() * positions()
                    : recipe.batch().tokens();
            long trained = trained(block);
            active |= trained > 0;
            blocks.add(new PlannedBlock(
                    block,
                    rows,
                    block.graphElementsPerRow() * rows * recipe.elementBytes(),
                    active,
                    dequantized(block),
                    trained));
        }
    }

    /** Positions of a tile in the tower. */
    private long positions() {
        return weights.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("position_embedding.weight"))
                .mapToLong(entry -> entry.getValue().shape().get(0))
                .findFirst()
                .orElse(1);
    }

    private long trained(Block block) {
        if (recipe.full()) {
            return elements(block);
        }
        return block.linears().stream()
                .map(module -> adapted.get(module.name()))
                .filter(module -> module != null)
                .mapToLong(AdaptedModule::parameters)
                .sum();
    }

    private long elements(Block block) {
        return block.parameters().stream()
                .map(parameter -> weights.get(parameter.name()))
                .filter(info -> info != null)
                .mapToLong(TensorInfo::elements)
                .sum();
    }

    private boolean isQuantized(String module) {
        return !recipe.full() && recipe.base().isQuantized() && ModuleMatcher.isLanguage(module);
    }

    private long dequantized(Block block) {
        return block.linears().stream()
                .filter(module -> isQuantized(module.name()))
                .mapToLong(module -> (long) module.inFeatures() * module.outFeatures() * recipe.elementBytes())
                .sum();
    }

    /** Numbers of parameters; modules that nothing computes with count among the trained ones where an adapter is on them. */
    public ParameterCount parameters() {
        long all = 0;
        for (List<TensorInfo> part : List.of(survey.used(), survey.unused())) {
            all += part.stream().mapToLong(TensorInfo::elements).sum();
        }
        long trained = recipe.full()
                ? survey.used().stream().mapToLong(TensorInfo::elements).sum()
                : recipe.adapted().stream().mapToLong(AdaptedModule::parameters).sum();
        return new ParameterCount(all, trained);
    }

    /**
     * The peak of the memory.
     *
     * @param process what Java, Spark and libtorch take beside it
     */
    public MemoryPlan memory(long process) {
        long mapped = 0;
        long held = 0;
        StoredType own = recipe.precision() == Precision.BF16 ? StoredType.BF16 : StoredType.F32;
        for (TensorInfo info : survey.used()) {
            String name = info.name();
            boolean linear = name.endsWith(WEIGHT) && info.shape().size() == 2;
            if (linear && isQuantized(name.substring(0, name.length() - WEIGHT.length())) && isLinear(name)) {
                held += recipe.base().bytes(info.shape().get(0), info.shape().get(1), recipe.elementBytes());
            } else {
                mapped += info.sizeBytes();
                held += recipe.full() || info.type() != own ? copy(info) : 0;
            }
        }
        long trained = blocks.stream().mapToLong(PlannedBlock::trained).sum();
        long factors = recipe.full() ? 0 : FLOAT * trained;
        return new MemoryPlan(
                mapped,
                held + factors,
                FLOAT * trained,
                recipe.optimizer().momentBytes(trained),
                activations(),
                process);
    }

    private boolean isLinear(String weight) {
        String module = weight.substring(0, weight.length() - WEIGHT.length());
        return blocks.stream()
                .flatMap(planned -> planned.block().linears().stream())
                .map(LinearModule::name)
                .anyMatch(module::equals);
    }

    /** A weight of another type is cast; a trained one has a float32 master, and a narrow copy in bf16, or both narrow. */
    private long copy(TensorInfo info) {
        if (!recipe.full()) {
            return info.elements() * recipe.elementBytes();
        }
        if (recipe.optimizer().compensated()) {
            return info.elements() * FLOAT;
        }
        return info.elements() * (FLOAT + (recipe.precision() == Precision.BF16 ? 2 : 0));
    }

    private long activations() {
        long inputs = 0;
        long kept = 0;
        long peak = 0;
        for (PlannedBlock planned : blocks) {
            long output = planned.rows() * width(planned.block()) * recipe.elementBytes();
            long gradients = planned.trained() * recipe.elementBytes();
            if (!planned.active()) {
                peak = Math.max(peak, planned.graph() / 3 + planned.quantized() + 2 * output);
                continue;
            }
            inputs += output;
            boolean keeps = planned.quantized() == 0 && kept + planned.graph() <= recipe.graphBytes();
            if (keeps) {
                kept += planned.graph();
                peak = Math.max(peak, planned.graph() / 3 + gradients);
            } else {
                peak = Math.max(peak, 4 * planned.graph() / 3 + planned.quantized() + gradients);
            }
        }
        return inputs + kept + Math.max(peak, head());
    }

    private long head() {
        long rows = Math.min(HEAD_ROWS, recipe.batch().scored());
        TextDecoder text = survey.parts().text();
        return rows * text.vocabulary() * (HEAD_COPIES * FLOAT + recipe.elementBytes())
                + 2 * recipe.batch().scored() * text.width() * recipe.elementBytes();
    }

    private long width(Block block) {
        return block.linears().stream()
                .mapToLong(LinearModule::inFeatures)
                .min()
                .orElse(survey.parts().text().width());
    }

    /** Bytes of the keys and values of so many tokens: what generating holds beside the weights. */
    public long keyValueBytes(long tokens) {
        TextDecoder text = survey.parts().text();
        return 2L * text.layers().size() * text.keyValueHeads() * text.headWidth() * tokens * recipe.elementBytes();
    }

    /**
     * Floating-point operations of a micro-batch as they are executed: forward, backward, and what is computed once more to save
     * memory; two for each multiplication of a matrix product.
     */
    public double flops() {
        double flops = 0;
        long kept = 0;
        Block head = survey.parts().text().head();
        for (PlannedBlock planned : blocks) {
            double rows = planned.block() == head ? recipe.batch().scored() : planned.rows();
            double products = planned.block().linears().stream()
                    .mapToDouble(module -> (double) module.inFeatures() * module.outFeatures())
                    .sum();
            double attention = attention(planned);
            double forward = 2 * (rows * products + attention);
            double passes = 1;
            if (planned.active()) {
                boolean keeps = planned.block() == head
                        || planned.quantized() == 0 && kept + planned.graph() <= recipe.graphBytes();
                kept += keeps ? planned.graph() : 0;
                passes = keeps ? 2 : 3;
            }
            flops += passes * forward + 2 * rows * (recipe.full() ? products : 3 * planned.trained());
        }
        return flops;
    }

    /** Multiplications of scores and values: every row with every row of its tile, half of them among tokens. */
    private double attention(PlannedBlock planned) {
        double width = planned.block().linears().stream()
                .filter(module -> module.name().endsWith(".q_proj"))
                .mapToDouble(LinearModule::outFeatures)
                .sum();
        boolean tower = survey.parts().vision().blocks().contains(planned.block());
        double seen = tower ? positions() : planned.rows() / 2.0;
        return 2 * width * planned.rows() * seen;
    }
}
