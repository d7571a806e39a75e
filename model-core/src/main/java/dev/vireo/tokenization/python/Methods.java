// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The methods of Python's built-in types, bound to a value. */
public final class Methods {
    private static final Set<String> DICT = Set.of("get", "items", "keys", "values", "copy");
    private static final Set<String> OTHER_DICT = Set.of("clear", "fromkeys", "pop", "popitem", "setdefault", "update");
    private static final Set<String> LIST = Set.of("index", "count", "copy");
    private static final Set<String> OTHER_LIST =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
    private static final Set<String> NUMBER = Set.of(
            "as_integer_ratio",
            "bit_count",
            "bit_length",
            "conjugate",
            "denominator",
            "from_bytes",
            "fromhex",
            "hex",
            "imag",
            "is_integer",
            "numerator",
            "real",
            "to_bytes");

    private Methods() {}

    /** Whether Python has a method of this name that no type here offers, so that a call of it can be refused at once. */
    public static boolean isUnsupported(String name) {
        boolean offered = DICT.contains(name) || LIST.contains(name) || StringMethods.offers(name);
        return !offered && (OTHER_DICT.contains(name) || OTHER_LIST.contains(name) || StringMethods.isKnown(name));
    }

    static Optional<Object> of(Object value, String name) {
        if (value instanceof String text) {
            return StringMethods.isKnown(name)
                    ? bound("str", name, a -> StringMethods.call(text, name, a))
                    : Optional.empty();
        }
        if (value instanceof Map<?, ?> map) {
            return bound(DICT, OTHER_DICT, "dict", name, a -> ofDict(map, name, a));
        }
        if (value instanceof List || value instanceof Tuple) {
            Set<String> others = value instanceof List ? OTHER_LIST : Set.of();
            return bound(LIST, others, Values.typeName(value), name, a -> ofList(Values.sequence(value), name, a));
        }
        if (Comparison.isNumber(value) && NUMBER.contains(name)
                || value instanceof Range
                || value instanceof Generator) {
            throw PythonException.refused("attribute '" + name + "' of a value of type " + Values.typeName(value));
        }
        return Optional.empty();
    }

    private static Optional<Object> bound(
            Set<String> offered, Set<String> others, String type, String name, Callable method) {
        if (offered.contains(name)) {
            return bound(type, name, method);
        }
        return others.contains(name)
                ? bound(type, name, a -> {
                    throw PythonException.refused("method %s.%s()".formatted(type, name));
                })
                : Optional.empty();
    }

    private static Optional<Object> bound(String type, String name, Callable method) {
        return Optional.of(new Bound(type + "." + name, method));
    }

    /** A method of a value; its name is for messages. */
    private record Bound(String name, Callable method) implements Callable {
        @Override
        public Object call(Arguments arguments) {
            return method.call(arguments);
        }
    }

    private static Object ofDict(Map<?, ?> map, String name, Arguments arguments) {
        if (name.equals("get")) {
            List<Object> given = arguments.positionalOnly("get", 1, 2);
            Object found = map.get(Comparison.key(given.get(0)));
            return found != null ? found : given.size() > 1 ? given.get(1) : None.NONE;
        }
        arguments.positionalOnly(name, 0, 0);
        return switch (name) {
            case "keys" -> new View(new ArrayList<>(map.keySet()));
            case "values" -> new View(new ArrayList<>(map.values()));
            case "items" -> new View(items(map));
            default -> map;
        };
    }

    /** The dict's pairs as tuples. */
    public static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(Tuple.of(key, value)));
        return items;
    }

    private static Object ofList(List<Object> list, String name, Arguments arguments) {
        if (name.equals("copy")) {
            arguments.positionalOnly(name, 0, 0);
            return new ArrayList<>(list);
        }
        Object wanted = arguments.positionalOnly(name, 1, 1).get(0);
        long count = 0;
        for (int i = 0; i < list.size(); i++) {
            if (Comparison.equal(list.get(i), wanted)) {
                if (name.equals("index")) {
                    return (long) i;
                }
                count++;
            }
        }
        if (name.equals("index")) {
            throw PythonException.raised("value is not in list");
        }
        return count;
    }
}
