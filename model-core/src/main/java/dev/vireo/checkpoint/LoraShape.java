// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collectors;

/** What is known of a module's factors before they are made: A [R, in], B [out, R], and the alpha of their scale. */
public record LoraShape(int loraRank, double alpha, long inFeatures, long outFeatures) {
    static LoraShape of(LoraPair pair) {
        return new LoraShape(pair.loraRank(), pair.alpha(), pair.inFeatures(), pair.outFeatures());
    }

    /** The one whose rank and alpha most modules have, so that a configuration names the fewest others. */
    static LoraShape mostFrequent(Collection<LoraShape> shapes) {
        Map<Integer, Long> counts =
                shapes.stream().collect(Collectors.groupingBy(LoraShape::loraRank, Collectors.counting()));
        int usual = counts.entrySet().stream()
                .max(Map.Entry.<Integer, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow()
                .getKey();
        return shapes.stream()
                .filter(shape -> shape.loraRank() == usual)
                .collect(Collectors.groupingBy(LoraShape::alpha))
                .values()
                .stream()
                .max(Comparator.comparingInt(Collection::size))
                .orElseThrow()
                .get(0);
    }
}
