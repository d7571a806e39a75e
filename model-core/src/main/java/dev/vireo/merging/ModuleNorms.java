// SPDX-License-Identifier: Apache-2.0
package dev.vireo.merging;

import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.PeftAdapter;
import java.util.ArrayList;
import java.util.List;

/**
 * How large an adapter is in one module; Frobenius norms.
 *
 * @param module its name
 * @param pair its factors
 * @param scale s
 * @param a of A
 * @param b of B
 * @param change of s B A, what is added to W (before DoRA sets the lengths of its rows)
 */
public record ModuleNorms(String module, LoraPair pair, double scale, double a, double b, double change) {
    /** Those of all modules, in the order of their names. */
    public static List<ModuleNorms> of(PeftAdapter adapter) {
        List<ModuleNorms> norms = new ArrayList<>();
        try (LowRank algebra = new LowRank()) {
            adapter.pairs().forEach((module, pair) -> {
                double scale = adapter.scale(module);
                norms.add(new ModuleNorms(
                        module,
                        pair,
                        scale,
                        algebra.norm(pair.a()),
                        algebra.norm(pair.b()),
                        algebra.norm(List.of(new LowRank.Term(pair, 1, scale)))));
            });
        }
        return norms;
    }
}
