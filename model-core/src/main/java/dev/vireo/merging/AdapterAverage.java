// SPDX-License-Identifier: Apache-2.0
package dev.vireo.merging;

import static java.util.Objects.requireNonNull;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.LoraShape;
import dev.vireo.merging.LowRank.Term;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes one adapter of several, one module at a time, and measures what each {@link Combination} loses of their mean. Confined
 * to one thread.
 */
public final class AdapterAverage implements AutoCloseable {
    private final WeightedAdapters adapters;
    private final int svdRank;
    private final LowRank algebra = new LowRank();
    private final boolean addable;
    private final Map<Combination, Distance> distances = new EnumMap<>(Combination.class);

    /** Sums of squares over the modules so far. */
    private static final class Distance {
        private int loraRank;
        private double off;
        private double all;
        private double worst = -1;
        private String worstModule = "";

        void add(String module, int moduleRank, double distance, double norm) {
            loraRank = Math.max(loraRank, moduleRank);
            off += distance * distance;
            all += norm * norm;
            double relative = ratio(distance, norm);
            if (relative > worst) {
                worst = relative;
                worstModule = module;
            }
        }

        static double ratio(double distance, double norm) {
            return distance == 0 ? 0 : distance / norm;
        }

        Divergence result(Combination combination) {
            return new Divergence(combination, loraRank, ratio(Math.sqrt(off), Math.sqrt(all)), worst, worstModule);
        }
    }

    /** @param svdRank of {@link Combination#SVD}; 0 is the largest rank that an adapter has in the module */
    public AdapterAverage(WeightedAdapters adapters, int svdRank) {
        this.adapters = adapters;
        this.svdRank = svdRank;
        this.addable = adapters.modules().stream().allMatch(module -> ranks(module).length == 1);
    }

    /** Whether the adapters can be combined so: {@link Combination#LINEAR} adds factors, which must have one rank. */
    public boolean isPossible(Combination combination) {
        return combination != Combination.LINEAR || addable;
    }

    private int[] ranks(String module) {
        return adapters.terms(module).stream()
                .mapToInt(term -> term.pair().loraRank())
                .distinct()
                .toArray();
    }

    /**
     * Passes a combination that is possible on.
     *
     * @throws CheckpointMismatchException if it is not
     */
    public Combination requirePossible(Combination combination) {
        if (!isPossible(combination)) {
            String odd = adapters.modules().stream()
                    .filter(module -> ranks(module).length > 1)
                    .findFirst()
                    .orElseThrow();
            throw new CheckpointMismatchException("Cannot add the factors of the adapters: " + odd + " has the ranks "
                    + Arrays.toString(ranks(odd)) + " (linear takes one rank for all; exact, cat and svd take any)");
        }
        return combination;
    }

    /**
     * Writes a PEFT directory.
     *
     * @return the divergences of all combinations that are possible
     * @throws CheckpointMismatchException if this combination is not possible
     */
    public List<Divergence> write(Combination combination, Path directory) {
        requirePossible(combination);
        distances.clear();
        SortedMap<String, LoraShape> shapes = new TreeMap<>();
        adapters.modules().forEach(module -> shapes.put(module, shape(combination, module)));
        adapters.first().writeLike(directory, shapes, module -> measured(combination, module));
        List<Divergence> divergences = new ArrayList<>();
        distances.forEach((each, distance) -> divergences.add(distance.result(each)));
        return divergences;
    }

    private LoraShape shape(Combination combination, String module) {
        List<Term> terms = adapters.terms(module);
        LoraPair any = terms.get(0).pair();
        int sum = terms.stream().mapToInt(term -> term.pair().loraRank()).sum();
        int rank =
                switch (combination) {
                    case EXACT, CAT -> sum;
                    case LINEAR -> any.loraRank();
                    case SVD -> svdRank(terms, sum);
                };
        return new LoraShape(rank, rank, any.inFeatures(), any.outFeatures());
    }

    /** Not more than the product can have. */
    private int svdRank(List<Term> terms, int sum) {
        LoraPair any = terms.get(0).pair();
        int wanted = svdRank > 0
                ? svdRank
                : terms.stream().mapToInt(term -> term.pair().loraRank()).max().orElseThrow();
        return (int) Math.min(Math.min(wanted, sum), Math.min(any.inFeatures(), any.outFeatures()));
    }

    /** A module's factors; takes the distances of all combinations on the way. */
    private LoraPair measured(Combination wanted, String module) {
        List<Term> terms = adapters.terms(module);
        double norm = algebra.norm(terms);
        Map<Combination, LoraPair> made = new EnumMap<>(Combination.class);
        for (Combination each : Combination.values()) {
            if (isPossible(each)) {
                LoraPair pair = combine(each, terms, module);
                List<Term> difference = new ArrayList<>(terms);
                difference.add(new Term(pair, -1, 1));
                distances
                        .computeIfAbsent(each, key -> new Distance())
                        .add(module, pair.loraRank(), algebra.norm(difference), norm);
                made.put(each, pair);
            }
        }
        return requireNonNull(made.get(wanted));
    }

    private LoraPair combine(Combination combination, List<Term> terms, String module) {
        return switch (combination) {
            case EXACT -> algebra.exact(terms);
            case LINEAR -> algebra.linear(terms);
            case CAT -> algebra.cat(terms);
            case SVD -> algebra.svd(terms, shape(combination, module).loraRank());
        };
    }

    @Override
    public void close() {
        algebra.close();
    }
}
