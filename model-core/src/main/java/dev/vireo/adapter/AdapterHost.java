// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.StoredModules;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.checkpoint.WeightNames;
import dev.vireo.nn.Block;
import dev.vireo.nn.LinearModule;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an adapter is attached to.
 *
 * @param blocks the model's blocks
 * @param stored the model's names, and linear modules that no block computes
 * @param precision what the blocks compute in
 */
public record AdapterHost(List<Block> blocks, StoredModules stored, Tensors tensors, Precision precision) {
    private static final String WEIGHT = ".weight";

    public AdapterHost {
        blocks = List.copyOf(blocks);
    }

    /** The names that its modules have had. */
    public WeightNames names() {
        return stored.names();
    }

    /**
     * A stored adapter under this model's names, whichever generation of names it was written with.
     *
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if it does not fit the model wholly; lists near names
     */
    public PeftAdapter fitted(PeftAdapter stored) {
        PeftAdapter adapter = stored.canonical(names());
        adapter.requireFits(linears(), names());
        return adapter;
    }

    /** All linear modules' weights [out, in] by module name, those that nothing computes with last. */
    public Map<String, TensorInfo> linears() {
        Map<String, TensorInfo> linears = new LinkedHashMap<>();
        for (Block block : blocks) {
            for (LinearModule module : block.linears()) {
                List<Long> shape = List.of((long) module.outFeatures(), (long) module.inFeatures());
                linears.put(module.name(), new TensorInfo(module.name(), StoredType.F32, shape));
            }
        }
        for (TensorInfo info : stored.idle()) {
            linears.put(info.name().substring(0, info.name().length() - WEIGHT.length()), info);
        }
        return linears;
    }

    /** Where a module computes. */
    record Place(Block block, LinearModule module) {}

    /** The modules that compute, by name. */
    Map<String, Place> places() {
        Map<String, Place> places = new LinkedHashMap<>();
        for (Block block : blocks) {
            block.linears().forEach(module -> places.put(module.name(), new Place(block, module)));
        }
        return places;
    }
}
