// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arguments;
import dev.vireo.tokenization.python.Comparison;
import dev.vireo.tokenization.python.Methods;
import dev.vireo.tokenization.python.None;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Tuple;
import dev.vireo.tokenization.python.Values;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Filters that sort. */
final class Ordering {
    private Ordering() {}

    static Object dictsort(Object value, Arguments arguments) {
        Map<String, Object> given = arguments.named("dictsort", 0, "case_sensitive", "by", "reverse");
        if (!(value instanceof Map<?, ?> map)) {
            throw PythonException.raised("'" + Values.typeName(value) + "' object has no attribute 'items'");
        }
        Object by = given.getOrDefault("by", "key");
        if (!"key".equals(by) && !"value".equals(by)) {
            throw PythonException.raised("You can only sort by either \"key\" or \"value\"");
        }
        int position = "key".equals(by) ? 0 : 1;
        return sorted(Methods.items(map), given, item -> ((Tuple) item).items().get(position));
    }

    static Object sort(Object value, Arguments arguments) {
        Map<String, Object> given = arguments.named("sort", 0, "reverse", "case_sensitive", "attribute");
        Object attribute = given.getOrDefault("attribute", None.NONE);
        if (Values.str(attribute).contains(",")) {
            throw PythonException.refused("filter 'sort' by several attributes");
        }
        return sorted(
                Values.list(value),
                given,
                item -> attribute == None.NONE ? item : Selection.attribute(item, attribute));
    }

    private static List<Object> sorted(List<Object> items, Map<String, Object> given, UnaryOperator<Object> key) {
        boolean sensitive = Values.truth(given.getOrDefault("case_sensitive", false));
        Comparator<Object> order =
                (a, b) -> Comparison.compare(folded(key.apply(a), sensitive), folded(key.apply(b), sensitive));
        boolean reversed = Values.truth(given.getOrDefault("reverse", false));
        items.sort(reversed ? Collections.reverseOrder(order) : order);
        return items;
    }

    private static Object folded(Object value, boolean sensitive) {
        return value instanceof String && !sensitive ? Filters.method(value, "lower", Arguments.NONE) : value;
    }
}
