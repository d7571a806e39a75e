// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.List;
import java.util.Map;

/**
 * A script that computes a part of an objective, and what the part weighs.
 *
 * @param weight of its loss and gradient in the sum
 * @param sources files beside this class, functions first, the script last
 * @param attributes what the script declares: {@code Double} or {@code Boolean} by name
 */
public record LossTerm(double weight, List<String> sources, Map<String, ?> attributes) {
    public LossTerm {
        sources = List.copyOf(sources);
        attributes = Map.copyOf(attributes);
    }

    /** The whole of an objective that is one script. */
    static List<LossTerm> only(String script, Map<String, ?> attributes) {
        return List.of(new LossTerm(1, List.of("Answers.py", script), attributes));
    }
}
