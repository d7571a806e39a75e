// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

import static java.util.Objects.requireNonNull;

import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A linear module with an adapter that is trained.
 *
 * @param name the module
 * @param loraRank R of its factors
 * @param magnitudes elements of DoRA's magnitude; 0 without
 */
public record AdaptedModule(String name, int loraRank, long inFeatures, long outFeatures, long magnitudes) {
    /** Trained elements: R (in + out) of the factors, and the magnitude's. */
    public long parameters() {
        return loraRank * (inFeatures + outFeatures) + magnitudes;
    }

    /**
     * The modules that {@link LoraAdapter#attach} would adapt, with what they have.
     *
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if the adapter does not fit
     */
    public static List<AdaptedModule> of(AdapterHost host, PeftAdapter stored) {
        List<AdaptedModule> modules = new ArrayList<>();
        host.fitted(stored).pairs().forEach((name, pair) -> {
            long magnitudes = pair.magnitude() == null ? 0 : pair.outFeatures();
            modules.add(new AdaptedModule(name, pair.loraRank(), pair.inFeatures(), pair.outFeatures(), magnitudes));
        });
        return modules;
    }

    /**
     * The modules that {@link LoraAdapter#create} would adapt, without making anything; the host's blocks need no weights.
     *
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if no module matches the targets
     */
    public static List<AdaptedModule> of(AdapterHost host, LoraSettings settings) {
        Map<String, TensorInfo> linears = host.linears();
        boolean dora = settings.variant().dora();
        Set<String> possible = dora ? host.places().keySet() : linears.keySet();
        return settings.modules(linears.keySet(), host.names()).stream()
                .filter(possible::contains)
                .map(name -> {
                    List<Long> shape = requireNonNull(linears.get(name)).shape();
                    return new AdaptedModule(
                            name, settings.loraRank(name), shape.get(1), shape.get(0), dora ? shape.get(0) : 0);
                })
                .toList();
    }
}
