// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.util.List;

/**
 * What a model's files say of its modules beyond the blocks that compute.
 *
 * @param names the names that its modules have had
 * @param idle weights [out, in] of linear modules that are stored and that nothing computes with
 */
public record StoredModules(WeightNames names, List<TensorInfo> idle) {
    public StoredModules {
        idle = List.copyOf(idle);
    }
}
