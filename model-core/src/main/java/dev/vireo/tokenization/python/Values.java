// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** What Python's built-in functions {@code bool}, {@code str}, {@code len}, {@code iter} and {@code list} say of a value. */
public final class Values {
    private Values() {}

    /** {@code bool(value)}. */
    public static boolean truth(Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value instanceof Long number) {
            return number != 0;
        }
        if (value instanceof Double number) {
            return number != 0;
        }
        if (value == None.NONE) {
            return false;
        }
        OptionalInt length = length(value);
        return length.isEmpty() || length.getAsInt() > 0;
    }

    /** {@code len(value)}, or nothing if the value has no length. */
    public static OptionalInt length(Object value) {
        if (value instanceof String text) {
            return OptionalInt.of(text.codePointCount(0, text.length()));
        }
        if (value instanceof SafeText safe) {
            return length(safe.text());
        }
        if (value instanceof Map<?, ?> map) {
            return OptionalInt.of(map.size());
        }
        if (value instanceof View view) {
            return OptionalInt.of(view.items().size());
        }
        if (value instanceof Undefined) {
            return OptionalInt.of(0);
        }
        return isSequence(value) ? OptionalInt.of(sequence(value).size()) : OptionalInt.empty();
    }

    /** {@code len(value)}. */
    public static long lengthOf(Object value) {
        if (value instanceof Opaque || value instanceof HasAttributes && !(value instanceof Namespace)) {
            throw PythonException.refused("the length of a value of type " + typeName(value));
        }
        return length(value)
                .orElseThrow(() -> PythonException.raised("object of type '" + typeName(value) + "' has no len()"));
    }

    /** Whether the value is a list, a tuple or a range. */
    static boolean isSequence(Object value) {
        return value instanceof List || value instanceof Tuple || value instanceof Range;
    }

    /** The items of a list, a tuple or a range. */
    @SuppressWarnings("unchecked")
    static List<Object> sequence(Object value) {
        if (value instanceof Tuple tuple) {
            return tuple.items();
        }
        return value instanceof Range range ? range.items() : (List<Object>) value;
    }

    /** Whether {@code iter(value)} succeeds. */
    public static boolean isIterable(Object value) {
        return value instanceof Generator || length(value).isPresent();
    }

    /** {@code iter(value)}. */
    public static Iterator<Object> iterate(Object value) {
        if (value instanceof Generator generator) {
            return generator.items();
        }
        return listed(value).iterator();
    }

    /** {@code list(value)}, which uses up a generator. */
    public static List<Object> list(Object value) {
        List<Object> items = new ArrayList<>();
        iterate(value).forEachRemaining(items::add);
        return items;
    }

    private static List<Object> listed(Object value) {
        if (isSequence(value)) {
            return sequence(value);
        }
        if (value instanceof String text) {
            return Text.characters(text);
        }
        boolean known = !(value instanceof HasAttributes) || value instanceof Namespace;
        if (value instanceof SafeText || value instanceof Opaque || !known) {
            throw PythonException.refused("walking through a value of type " + typeName(value));
        }
        if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        if (value instanceof View view) {
            return view.items();
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        throw PythonException.raised("'" + typeName(value) + "' object is not iterable");
    }

    /** {@code str(value)}. */
    public static String str(Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof SafeText safe) {
            return safe.text();
        }
        return value instanceof Undefined ? "" : Repr.of(value);
    }

    /** The value as text: {@code str} values only. */
    static String text(Object value, String where) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof SafeText) {
            throw PythonException.refused(where + " with safe text");
        }
        throw PythonException.raised(where + ": expected str, got " + typeName(value));
    }

    /** The value as an integer, {@code True} and {@code False} included. */
    static long integer(Object value, String where) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        throw PythonException.raised(where + ": expected int, got " + typeName(value));
    }

    /** The name of the value's Python type. */
    public static String typeName(Object value) {
        Map<Class<?>, String> names = Map.of(
                String.class, "str",
                SafeText.class, "Markup",
                Long.class, "int",
                Double.class, "float",
                Boolean.class, "bool",
                None.class, "NoneType",
                Tuple.class, "tuple",
                Range.class, "range",
                Generator.class, "generator",
                Undefined.class, "Undefined");
        if (value instanceof List) {
            return "list";
        }
        if (value instanceof Map) {
            return "dict";
        }
        return names.getOrDefault(value.getClass(), value.getClass().getSimpleName());
    }
}
