// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * Finds the linear modules that an adapter is to be placed on. The output head is never one of them: PEFT stores such
 * adapters with a copy of the whole head.
 */
public final class ModuleMatcher {
    /** All linear modules of the language model. */
    public static final String LANGUAGE = "language";

    /** All linear modules, those of the image tower and the projector too. */
    public static final String ALL_LINEAR = "all-linear";

    private static final Set<String> LANGUAGE_PARTS = Set.of("language_model", "text_model");
    private static final String HEAD = "lm_head";
    /** A head that shares the token table has the table's name; the table is no linear module. */
    private static final String TIED_HEAD = ".embed_tokens";

    private ModuleMatcher() {}

    /**
     * The modules that {@code targets} takes in, in the order given.
     *
     * <p>A regular expression must match whole names, as PEFT's {@code target_modules} does. The names are the canonical
     * ones; if none matches, those that the modules had in older versions of transformers are tried, one version after
     * the other.
     *
     * @param targets {@link #LANGUAGE}, {@link #ALL_LINEAR} or a regular expression
     * @param linears canonical names of the model's linear modules
     * @throws CheckpointMismatchException if no module matches; lists near names
     * @throws IllegalArgumentException if the expression is not one
     */
    public static List<String> match(String targets, Collection<String> linears, WeightNames names) {
        List<String> matched =
                switch (targets) {
                    case LANGUAGE ->
                        adaptable(linears)
                                .filter(module -> LANGUAGE_PARTS.contains(TargetModules.part(module)))
                                .toList();
                    case ALL_LINEAR -> adaptable(linears).toList();
                    default -> matching(compile(targets), linears, names);
                };
        if (matched.isEmpty()) {
            List<String> possible = adaptable(linears).toList();
            throw new CheckpointMismatchException("Cannot place an adapter on modules \"" + targets + "\": none of the "
                    + possible.size() + " linear modules of the model that take one (its output head takes none) has a"
                    + " name that it matches as a whole" + NearNames.hint(literal(targets), possible)
                    + "; an expression such as .*\\.q_proj takes a module in every layer");
        }
        return matched;
    }

    /** Whether a linear module belongs to the language model and is not its output head. */
    public static boolean isLanguage(String module) {
        return LANGUAGE_PARTS.contains(TargetModules.part(module))
                && adaptable(List.of(module)).findAny().isPresent();
    }

    /** All but the output head. */
    static Stream<String> adaptable(Collection<String> linears) {
        return linears.stream().filter(module -> !module.equals(HEAD) && !module.endsWith(TIED_HEAD));
    }

    private static List<String> matching(Pattern pattern, Collection<String> linears, WeightNames names) {
        Map<String, List<String>> spellings = new LinkedHashMap<>();
        adaptable(linears).forEach(module -> spellings.put(module, names.spellings(module)));
        int versions = spellings.values().stream().mapToInt(List::size).min().orElse(0);
        for (int version = 0; version < versions; version++) {
            List<String> matched = new ArrayList<>();
            for (Map.Entry<String, List<String>> module : spellings.entrySet()) {
                if (pattern.matcher(module.getValue().get(version)).matches()) {
                    matched.add(module.getKey());
                }
            }
            if (!matched.isEmpty()) {
                return matched;
            }
        }
        return List.of();
    }

    private static Pattern compile(String targets) {
        try {
            return Pattern.compile(targets);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "Invalid adapter targets: " + targets + " (expected " + LANGUAGE + ", " + ALL_LINEAR
                            + " or a regular expression: " + e.getDescription() + ")",
                    e);
        }
    }

    /** What an expression says in plain letters, to find near names. */
    private static String literal(String expression) {
        String plain = expression.replace("\\.", ".").replaceAll("[^\\w.]+", "").replaceAll("\\.{2,}", ".");
        return plain.replaceAll("^\\.|\\.$", "");
    }
}
