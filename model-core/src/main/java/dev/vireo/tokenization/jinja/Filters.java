// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arguments;
import dev.vireo.tokenization.python.Attributes;
import dev.vireo.tokenization.python.Callable;
import dev.vireo.tokenization.python.Generator;
import dev.vireo.tokenization.python.Json;
import dev.vireo.tokenization.python.Methods;
import dev.vireo.tokenization.python.None;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.SafeText;
import dev.vireo.tokenization.python.Undefined;
import dev.vireo.tokenization.python.Values;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Jinja's filters by name. */
final class Filters {
    private static final Map<String, Filter> FILTERS = Map.ofEntries(
            Map.entry("trim", (v, a) -> TextFilters.trim(v, a)),
            Map.entry("upper", (v, a) -> method(v, "upper", none("upper", a))),
            Map.entry("lower", (v, a) -> method(v, "lower", none("lower", a))),
            Map.entry("capitalize", (v, a) -> method(v, "capitalize", none("capitalize", a))),
            Map.entry("replace", TextFilters::replace),
            Map.entry("indent", TextFilters::indent),
            Map.entry("join", TextFilters::join),
            Map.entry("tojson", Json::dumps),
            Map.entry("length", (v, a) -> length(v, a)),
            Map.entry("count", (v, a) -> length(v, a)),
            Map.entry("default", Filters::standard),
            Map.entry("d", Filters::standard),
            Map.entry("string", Filters::string),
            Map.entry("safe", (v, a) -> new SafeText(Values.str(only(v, "safe", a)))),
            Map.entry("list", (v, a) -> Values.list(only(v, "list", a))),
            Map.entry("first", Filters::first),
            Map.entry("last", Filters::last),
            Map.entry("reverse", Filters::reverse),
            Map.entry("items", Filters::items),
            Map.entry("dictsort", Ordering::dictsort),
            Map.entry("sort", Ordering::sort),
            Map.entry("map", Selection::map),
            Map.entry("select", (v, a) -> Selection.select(v, a, true)),
            Map.entry("reject", (v, a) -> Selection.select(v, a, false)),
            Map.entry("selectattr", (v, a) -> Selection.selectAttribute(v, a, true)),
            Map.entry("rejectattr", (v, a) -> Selection.selectAttribute(v, a, false)),
            Map.entry("int", Numbers::toInt),
            Map.entry("float", Numbers::toFloat),
            Map.entry("abs", Numbers::abs));

    private Filters() {}

    /** One filter. */
    @FunctionalInterface
    private interface Filter {
        Object apply(Object value, Arguments arguments);
    }

    static boolean knows(String name) {
        return FILTERS.containsKey(name);
    }

    static Object apply(String name, Object value, Arguments arguments) {
        Filter filter = FILTERS.get(name);
        if (filter == null) {
            throw PythonException.refused("filter '" + name + "'");
        }
        return filter.apply(value, arguments);
    }

    /** A method of the value's text. */
    static Object method(Object value, String name, Arguments arguments) {
        if (value instanceof SafeText) {
            throw PythonException.refused("filter '" + name + "' on safe text");
        }
        return ((Callable) Attributes.named(Values.str(value), name)).call(arguments);
    }

    private static Arguments none(String name, Arguments arguments) {
        arguments.positionalOnly(name, 0, 0);
        return arguments;
    }

    static Object only(Object value, String name, Arguments arguments) {
        none(name, arguments);
        return value;
    }

    private static Object length(Object value, Arguments arguments) {
        return Values.lengthOf(only(value, "length", arguments));
    }

    private static Object standard(Object value, Arguments arguments) {
        Map<String, Object> given = arguments.named("default", 0, "default_value", "boolean");
        boolean replaces = value instanceof Undefined
                || Values.truth(given.getOrDefault("boolean", false)) && !Values.truth(value);
        return replaces ? given.getOrDefault("default_value", "") : value;
    }

    private static Object string(Object value, Arguments arguments) {
        return value instanceof SafeText ? value : Values.str(only(value, "string", arguments));
    }

    private static Object first(Object value, Arguments arguments) {
        Iterator<Object> items = Values.iterate(only(value, "first", arguments));
        return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
    }

    private static Object last(Object value, Arguments arguments) {
        if (value instanceof Generator) {
            throw PythonException.raised("'generator' object is not reversible");
        }
        List<Object> items = Values.list(only(value, "last", arguments));
        return items.isEmpty() ? new Undefined("No last item, sequence was empty.") : items.get(items.size() - 1);
    }

    private static Object reverse(Object value, Arguments arguments) {
        only(value, "reverse", arguments);
        if (value instanceof String) {
            return Attributes.slice(value, None.NONE, None.NONE, -1L);
        }
        List<Object> items = Values.list(value);
        Collections.reverse(items);
        if (value instanceof Generator) {
            return items;
        }
        return new Generator(items.iterator());
    }

    private static Object items(Object value, Arguments arguments) {
        only(value, "items", arguments);
        if (value instanceof Undefined) {
            return new Generator(Collections.emptyIterator());
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw PythonException.refused("filter 'items' on a value of type " + Values.typeName(value));
        }
        return new Generator(Methods.items(map).iterator());
    }
}
