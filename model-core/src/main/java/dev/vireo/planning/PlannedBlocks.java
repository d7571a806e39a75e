// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

import dev.vireo.adapter.AdaptedModule;
import dev.vireo.checkpoint.ModuleMatcher;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.model.ModelSurvey;
import dev.vireo.model.Operations;
import dev.vireo.nn.Block;
import dev.vireo.nn.LinearModule;
import dev.vireo.nn.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A model's blocks in the order in which they compute, and what a recipe makes of them. */
final class PlannedBlocks {
    private static final String POSITIONS = "position_embedding.weight";
    private static final String PATCHES = "patch_embedding.weight";
    private static final String LATENTS = ".latents";

    private final ModelSurvey survey;
    private final Recipe recipe;
    private final Map<String, Long> elements = new HashMap<>();
    private final Map<String, AdaptedModule> adapted = new HashMap<>();
    private final Set<String> quantized = new HashSet<>();
    private final Map<String, Block> owners = new HashMap<>();
    private final long positions;
    private final long latents;
    private final List<PlannedBlock> all = new ArrayList<>();

    PlannedBlocks(ModelSurvey survey, Recipe recipe) {
        this.survey = survey;
        this.recipe = recipe;
        for (Block block : survey.parts().all()) {
            block.parameters().forEach(parameter -> owners.putIfAbsent(parameter.name(), block));
        }
        long tilePositions = 1;
        long tileLatents = 0;
        for (TensorInfo info : survey.used()) {
            elements.put(info.name(), info.elements());
            tilePositions = info.name().endsWith(POSITIONS) ? info.shape().get(0) : tilePositions;
            tileLatents = info.name().endsWith(LATENTS) ? info.shape().get(0) : tileLatents;
        }
        positions = tilePositions;
        latents = tileLatents;
        recipe.adapted().forEach(module -> adapted.put(module.name(), module));
        boolean active = false;
        long kept = 0;
        for (Block block : survey.parts().all()) {
            long rows = isTower(block)
                    ? recipe.batch().tiles() * positions
                    : recipe.batch().tokens();
            long graph = block.graphElements(rows, recipe.batch().rows()) * recipe.elementBytes();
            long dequantized = dequantizedBytes(block);
            long trained = trained(block);
            active |= trained > 0;
            boolean keeps = active && dequantized == 0 && kept + graph <= recipe.graphBytes();
            kept += keeps ? graph : 0;
            all.add(new PlannedBlock(block, rows, graph, active, keeps, dequantized, trained));
        }
    }

    List<PlannedBlock> all() {
        return all;
    }

    private boolean isTower(Block block) {
        return survey.parts().vision().blocks().contains(block);
    }

    /** What a step of them computes. */
    Operations operations() {
        long patches = elements.entrySet().stream()
                .filter(each -> each.getKey().endsWith(PATCHES))
                .mapToLong(Map.Entry::getValue)
                .sum();
        return new Operations(survey.parts().all(), survey.parts().text(), patches, new Planned());
    }

    /**
     * The sizes of the largest micro-batch, of which only sums are known: a token sees half of its row, and rows are alike. Those
     * from which answers are predicted see on the mean all but half of the answers' share.
     */
    Operations.Sizes sizes() {
        Recipe.MicroBatch batch = recipe.batch();
        double row = (double) batch.tokens() / batch.rows();
        double answers = (double) batch.scored() / batch.rows();
        return new Operations.Sizes(
                Operations.Positions.of(batch.tiles(), positions, latents),
                batch.tokens(),
                batch.tokens() * row / 2,
                batch.scored(),
                batch.scored() * (row - answers / 2),
                batch.scored());
    }

    /** What the recipe trains. */
    private final class Planned implements Operations.Trained {
        @Override
        public double factors(Block block, LinearModule module) {
            AdaptedModule adapter = adapted.get(module.name());
            return adapter == null ? 0 : adapter.parameters() - adapter.magnitudes();
        }

        @Override
        public boolean weight(Block block, String name) {
            return recipe.full();
        }

        @Override
        public boolean any(Block block) {
            return trained(block) > 0;
        }
    }

    /** Whether a weight is quantized. */
    boolean isQuantized(String weight) {
        return quantized.contains(weight);
    }

    private long trained(Block block) {
        if (recipe.full()) {
            return block.parameters().stream()
                    .map(Parameter::name)
                    .filter(name -> owners.get(name) == block) // a head that is the token table is trained once
                    .mapToLong(name -> elements.getOrDefault(name, 0L))
                    .sum();
        }
        long trained = 0;
        for (LinearModule module : block.linears()) {
            AdaptedModule adapter = adapted.get(module.name());
            trained += adapter == null ? 0 : adapter.parameters();
        }
        return trained;
    }

    private long dequantizedBytes(Block block) {
        long bytes = 0;
        for (LinearModule module : block.linears()) {
            if (!recipe.full() && recipe.base().isQuantized() && ModuleMatcher.isLanguage(module.name())) {
                quantized.add(module.name() + ".weight");
                bytes += (long) module.inFeatures() * module.outFeatures() * recipe.elementBytes();
            }
        }
        return bytes;
    }
}
