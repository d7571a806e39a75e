// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arguments;
import dev.vireo.tokenization.python.Arithmetic;
import dev.vireo.tokenization.python.Comparison;
import dev.vireo.tokenization.python.None;
import dev.vireo.tokenization.python.Opaque;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Range;
import dev.vireo.tokenization.python.SafeText;
import dev.vireo.tokenization.python.Tuple;
import dev.vireo.tokenization.python.Undefined;
import dev.vireo.tokenization.python.Values;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Jinja's tests by name. */
final class Tests {
    private static final Map<String, Predicate<Object>> PLAIN = Map.ofEntries(
            Map.entry("defined", v -> !(v instanceof Undefined)),
            Map.entry("undefined", v -> v instanceof Undefined),
            Map.entry("none", v -> v == None.NONE),
            Map.entry("string", v -> v instanceof String || v instanceof SafeText),
            Map.entry("mapping", v -> v instanceof Map),
            Map.entry("iterable", Values::isIterable),
            Map.entry("sequence", Tests::isSequence),
            Map.entry("boolean", v -> v instanceof Boolean),
            Map.entry("true", v -> Boolean.TRUE.equals(v)),
            Map.entry("false", v -> Boolean.FALSE.equals(v)),
            Map.entry("number", v -> v instanceof Long || v instanceof Double || v instanceof Boolean),
            Map.entry("integer", v -> v instanceof Long),
            Map.entry("float", v -> v instanceof Double),
            Map.entry("odd", v -> remainder(v, 2L) == 1),
            Map.entry("even", v -> remainder(v, 2L) == 0));
    private static final Set<String> OF_ANYTHING = Set.of("defined", "undefined", "none");
    private static final Map<String, String> COMPARISONS = Map.ofEntries(
            Map.entry("equalto", "=="),
            Map.entry("eq", "=="),
            Map.entry("ne", "!="),
            Map.entry("lt", "<"),
            Map.entry("lessthan", "<"),
            Map.entry("le", "<="),
            Map.entry("gt", ">"),
            Map.entry("greaterthan", ">"),
            Map.entry("ge", ">="),
            Map.entry("==", "=="),
            Map.entry("!=", "!="),
            Map.entry("<", "<"),
            Map.entry("<=", "<="),
            Map.entry(">", ">"),
            Map.entry(">=", ">="),
            Map.entry("in", "in"));

    private Tests() {}

    static boolean knows(String name) {
        return PLAIN.containsKey(name) || COMPARISONS.containsKey(name) || name.equals("divisibleby");
    }

    static boolean apply(String name, Object value, Arguments arguments) {
        if (value instanceof Opaque && !OF_ANYTHING.contains(name)) {
            throw PythonException.refused("test '" + name + "' of an image");
        }
        Predicate<Object> plain = PLAIN.get(name);
        if (plain != null) {
            arguments.positionalOnly(name, 0, 0);
            return plain.test(value);
        }
        if (!knows(name)) {
            throw PythonException.refused("test '" + name + "'");
        }
        Object other = arguments.positionalOnly(name, 1, 1).get(0);
        if (name.equals("divisibleby")) {
            return remainder(value, other) == 0;
        }
        return Comparison.holds(COMPARISONS.getOrDefault(name, name), value, other);
    }

    private static long remainder(Object value, Object by) {
        return Numbers.integer(Arithmetic.MODULO.apply(value, by));
    }

    private static boolean isSequence(Object value) {
        return value instanceof String
                || value instanceof SafeText
                || value instanceof List
                || value instanceof Map
                || value instanceof Tuple
                || value instanceof Range
                || value instanceof Undefined;
    }
}
