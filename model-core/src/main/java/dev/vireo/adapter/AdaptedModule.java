// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

import static java.util.Objects.requireNonNull;

import dev.vireo.checkpoint.ModuleMatcher;
import dev.vireo.checkpoint.TensorInfo;
import java.util.List;
import java.util.Map;

/**
 * A linear module with a new adapter.
 *
 * @param name the module
 * @param loraRank R of its factors
 */
public record AdaptedModule(String name, int loraRank, long inFeatures, long outFeatures) {
    /** Elements of its factors: R (in + out). */
    public long parameters() {
        return loraRank * (inFeatures + outFeatures);
    }

    /**
     * The modules that {@link LoraAdapter#create} would adapt, without making anything; the host's blocks need no weights.
     *
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if no module matches the targets
     */
    public static List<AdaptedModule> of(AdapterHost host, LoraSettings settings) {
        Map<String, TensorInfo> linears = host.linears();
        return ModuleMatcher.match(settings.targets(), linears.keySet(), host.names()).stream()
                .map(name -> {
                    List<Long> shape = requireNonNull(linears.get(name)).shape();
                    return new AdaptedModule(name, settings.loraRank(), shape.get(1), shape.get(0));
                })
                .toList();
    }
}
