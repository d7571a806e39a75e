// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

import dev.vireo.checkpoint.LoraVariant;
import dev.vireo.checkpoint.ModelPart;
import dev.vireo.checkpoint.ModuleMatcher;
import dev.vireo.checkpoint.WeightNames;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * A new adapter.
 *
 * @param loraRank R, the rank of the two factors
 * @param alpha B A is multiplied by alpha / R, or by alpha / sqrt(R) with {@link LoraVariant#rankStabilised}
 * @param dropout probability that an input of the adapter is dropped while it is trained
 * @param targets {@code language}, {@code all-linear} or a regular expression; see
 *     {@link dev.vireo.checkpoint.ModuleMatcher}
 * @param variant what differs from plain LoRA
 * @param parts settings of single parts of the model
 */
public record LoraSettings(
        int loraRank,
        double alpha,
        double dropout,
        String targets,
        LoraVariant variant,
        Map<ModelPart, LoraPart> parts) {
    public LoraSettings {
        if (loraRank < 1) {
            throw new IllegalArgumentException("Invalid lora.rank: " + loraRank + " (expected at least 1)");
        }
        if (!(alpha > 0)) {
            throw new IllegalArgumentException("Invalid lora.alpha: " + alpha + " (expected above 0)");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("Invalid lora.dropout: " + dropout + " (expected at least 0, below 1)");
        }
        parts = Map.copyOf(parts);
    }

    /** Plain LoRA, alike in all parts. */
    public LoraSettings(int loraRank, double alpha, double dropout, String targets) {
        this(loraRank, alpha, dropout, targets, LoraVariant.PLAIN, Map.of());
    }

    private LoraPart part(ModelPart part) {
        return parts.getOrDefault(part, LoraPart.AS_ALL);
    }

    /** R of a module. */
    int loraRank(String module) {
        int own = part(ModelPart.of(module)).loraRank();
        return own == 0 ? loraRank : own;
    }

    /** The alpha of a module. */
    double alpha(String module) {
        double own = part(ModelPart.of(module)).alpha();
        return own == 0 ? alpha : own;
    }

    /**
     * The modules that the adapter is placed on, in the order given.
     *
     * @param linears canonical names of the model's linear modules
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if a part's targets, or the general ones, match no module
     */
    List<String> modules(Collection<String> linears, WeightNames names) {
        var modules = new HashSet<String>();
        boolean inherits = false;
        for (ModelPart part : ModelPart.values()) {
            String own = part(part).targets();
            inherits |= own.equals(LoraPart.INHERITED);
            if (!own.equals(LoraPart.INHERITED) && !own.equals(LoraPart.NONE)) {
                modules.addAll(ModuleMatcher.match(own, of(part, linears), names));
            }
        }
        if (inherits) {
            List<String> general = ModuleMatcher.match(targets, linears, names);
            for (ModelPart part : ModelPart.values()) {
                if (part(part).targets().equals(LoraPart.INHERITED)) {
                    modules.addAll(of(part, general));
                }
            }
        }
        return linears.stream().filter(modules::contains).toList();
    }

    private static List<String> of(ModelPart part, Collection<String> modules) {
        return modules.stream().filter(module -> ModelPart.of(module) == part).toList();
    }
}
