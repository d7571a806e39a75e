// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.checkpoint.ModelPart;
import dev.vireo.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The 2-norm of a gradient, whole and by group: by the part of the model ({@code grad_norm/tower}, {@code projector},
 * {@code language}), and for adapters by what is trained ({@code grad_norm/lora_A}, {@code lora_B},
 * {@code lora_magnitude_vector}).
 */
final class GradientNorms {
    private static final String PREFIX = "grad_norm/";
    private static final Pattern FACTOR = Pattern.compile(".*\\.(lora_A|lora_B|lora_magnitude_vector)(\\.weight)?");

    private final List<List<String>> groups = new ArrayList<>();

    GradientNorms(List<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            List<String> names = new ArrayList<>();
            names.add(PREFIX + ModelPart.of(parameter.name()).label());
            Matcher factor = FACTOR.matcher(parameter.name());
            if (factor.matches()) {
                names.add(PREFIX + factor.group(1));
            }
            groups.add(names);
        }
    }

    /** The norm over all parameters. */
    static double whole(double[] norms) {
        double square = 0;
        for (double norm : norms) {
            square += norm * norm;
        }
        return Math.sqrt(square);
    }

    /** The norms of the groups by metric name. */
    Map<String, Double> byGroup(double[] norms) {
        Map<String, Double> squares = new LinkedHashMap<>();
        for (int i = 0; i < norms.length; i++) {
            for (String group : groups.get(i)) {
                squares.merge(group, norms[i] * norms[i], Double::sum);
            }
        }
        squares.replaceAll((group, square) -> Math.sqrt(square));
        return squares;
    }
}
