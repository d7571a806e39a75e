// SPDX-License-Identifier: Apache-2.0
package dev.vireo.merging;

import static java.util.Objects.requireNonNull;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.PeftAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Adapters of one model and their weights w in a mean. All adapt the same modules; their ranks, alphas and scales may differ.
 */
public final class WeightedAdapters {
    private static final int LISTED = 5;

    private final List<PeftAdapter> adapters;
    private final List<Double> weights;

    private WeightedAdapters(List<PeftAdapter> adapters, List<Double> weights) {
        this.adapters = List.copyOf(adapters);
        this.weights = List.copyOf(weights);
    }

    /**
     * Checks that the adapters can be added.
     *
     * @param weights as many as adapters; they need not add up to 1
     * @throws IllegalArgumentException if there are other than one weight for each adapter
     * @throws CheckpointMismatchException if one is DoRA, or two adapt other modules or modules of other sizes; names them
     */
    public static WeightedAdapters of(List<PeftAdapter> adapters, List<Double> weights) {
        if (adapters.size() != weights.size()) {
            throw new IllegalArgumentException("Cannot weigh " + adapters.size() + " adapters with " + weights.size()
                    + " weights (expected one for each)");
        }
        adapters.forEach(WeightedAdapters::requireAdditive);
        adapters.forEach(adapter -> requireAlike(adapters.get(0), adapter));
        return new WeightedAdapters(adapters, weights);
    }

    private static void requireAdditive(PeftAdapter adapter) {
        if (adapter.config().variant().dora()) {
            throw new CheckpointMismatchException("Cannot average the adapter of " + adapter.origin()
                    + ": it is DoRA (use_dora), whose magnitudes set the lengths of W + s B A, so that no sum of such adapters is"
                    + " one; merge each into its model instead and compare those");
        }
    }

    private static void requireAlike(PeftAdapter first, PeftAdapter other) {
        Set<String> surplus = new TreeSet<>(other.pairs().keySet());
        surplus.removeAll(first.pairs().keySet());
        Set<String> missing = new TreeSet<>(first.pairs().keySet());
        missing.removeAll(other.pairs().keySet());
        List<String> problems = new ArrayList<>();
        surplus.forEach(module -> problems.add(module + ": only in " + other.origin()));
        missing.forEach(module -> problems.add(module + ": only in " + first.origin()));
        other.pairs().forEach((module, pair) -> {
            LoraPair model = first.pairs().get(module);
            if (model != null
                    && (model.inFeatures() != pair.inFeatures() || model.outFeatures() != pair.outFeatures())) {
                problems.add(module + ": " + pair.inFeatures() + " -> " + pair.outFeatures() + " in " + other.origin()
                        + ", " + model.inFeatures() + " -> " + model.outFeatures() + " in " + first.origin());
            }
        });
        if (!problems.isEmpty()) {
            throw new CheckpointMismatchException("Cannot average the adapters of " + first.origin() + " and "
                    + other.origin() + ": they do not adapt " + problems.size() + " modules alike: "
                    + String.join("; ", problems.subList(0, Math.min(LISTED, problems.size())))
                    + (problems.size() > LISTED ? "; and " + (problems.size() - LISTED) + " more" : ""));
        }
    }

    PeftAdapter first() {
        return adapters.get(0);
    }

    /** The adapted modules, in the order of their names. */
    Set<String> modules() {
        return first().pairs().keySet();
    }

    /** A module's products, one for each adapter. */
    List<LowRank.Term> terms(String module) {
        List<LowRank.Term> terms = new ArrayList<>();
        for (int i = 0; i < adapters.size(); i++) {
            PeftAdapter adapter = adapters.get(i);
            LoraPair pair = requireNonNull(adapter.pairs().get(module));
            terms.add(new LowRank.Term(pair, weights.get(i), adapter.scale(module)));
        }
        return terms;
    }
}
