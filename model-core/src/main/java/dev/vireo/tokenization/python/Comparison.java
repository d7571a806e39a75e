// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code ==}, {@code <} and {@code in}. */
public final class Comparison {
    private Comparison() {}

    /** {@code a == b}. */
    public static boolean equal(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return compareNumbers(a, b) == 0;
        }
        if (a instanceof SafeText || b instanceof SafeText) {
            return plain(a).equals(plain(b));
        }
        if (a instanceof Undefined && b instanceof Undefined) {
            return true;
        }
        if (a instanceof List && b instanceof List || a instanceof Tuple && b instanceof Tuple) {
            return equalItems(Values.sequence(a), Values.sequence(b));
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return equalMaps(x, y);
        }
        if (isRefused(a) || isRefused(b)) {
            throw PythonException.refused(
                    "comparing values of types " + Values.typeName(a) + " and " + Values.typeName(b));
        }
        return a == b || a instanceof String && a.equals(b);
    }

    private static boolean isRefused(Object value) {
        return value instanceof Range || value instanceof View || value instanceof Opaque;
    }

    private static Object plain(Object value) {
        return value instanceof SafeText safe ? safe.text() : value;
    }

    private static boolean equalItems(List<Object> a, List<Object> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalMaps(Map<?, ?> a, Map<?, ?> b) {
        if (!a.keySet().equals(b.keySet())) {
            return false;
        }
        for (Map.Entry<?, ?> entry : a.entrySet()) {
            Object other = b.get(entry.getKey());
            if (other == null || !equal(entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    /** {@code left operator right} for one of {@code == != < <= > >= in} and {@code not in}. */
    public static boolean holds(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> equal(left, right);
            case "!=" -> !equal(left, right);
            case "<" -> compare(left, right) < 0;
            case "<=" -> compare(left, right) <= 0;
            case ">" -> compare(left, right) > 0;
            case ">=" -> compare(left, right) >= 0;
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            default -> throw new IllegalArgumentException("Invalid operator: " + operator);
        };
    }

    /** Negative, zero or positive as {@code a} is less than, equal to or greater than {@code b}. */
    public static int compare(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return compareNumbers(a, b);
        }
        if (a instanceof String x && b instanceof String y) {
            return Text.compare(x, y);
        }
        if (a instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (b instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (Values.isSequence(a) && Values.isSequence(b) || a instanceof SafeText || b instanceof SafeText) {
            throw PythonException.refused("ordering values of type " + Values.typeName(a));
        }
        throw PythonException.raised("'<' not supported between instances of '%s' and '%s'"
                .formatted(Values.typeName(a), Values.typeName(b)));
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    private static int compareNumbers(Object a, Object b) {
        if (a instanceof Double x && !Double.isFinite(x) || b instanceof Double y && !Double.isFinite(y)) {
            throw PythonException.refused("comparing infinite numbers");
        }
        return decimal(a).compareTo(decimal(b));
    }

    private static BigDecimal decimal(Object value) {
        return value instanceof Double number
                ? new BigDecimal(number)
                : BigDecimal.valueOf(Values.integer(value, "comparison"));
    }

    /** {@code item in container}. */
    public static boolean contains(Object container, Object item) {
        if (container instanceof String text) {
            if (item instanceof Undefined || !(item instanceof String || item instanceof SafeText)) {
                throw PythonException.raised(
                        "'in <string>' requires string as left operand, not " + Values.typeName(item));
            }
            return text.contains(Values.str(item));
        }
        if (container instanceof SafeText safe) {
            return contains(safe.text(), item);
        }
        if (container instanceof Map<?, ?> map) {
            return map.containsKey(key(item));
        }
        Iterator<Object> items = Values.iterate(container);
        while (items.hasNext()) {
            if (equal(items.next(), item)) {
                return true;
            }
        }
        return false;
    }

    /** The value as a dict's key. All keys here are strings, so that no other value finds one. */
    static Object key(Object value) {
        if (value instanceof List || value instanceof Map) {
            throw PythonException.raised("unhashable type: '" + Values.typeName(value) + "'");
        }
        return plain(value);
    }
}
