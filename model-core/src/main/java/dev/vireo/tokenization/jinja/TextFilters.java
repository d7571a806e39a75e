// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arguments;
import dev.vireo.tokenization.python.None;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.SafeText;
import dev.vireo.tokenization.python.Splitting;
import dev.vireo.tokenization.python.Values;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Filters that make text. */
final class TextFilters {
    private TextFilters() {}

    static Object trim(Object value, Arguments arguments) {
        Object characters = arguments.named("trim", 0, "chars").getOrDefault("chars", None.NONE);
        return Filters.method(value, "strip", Arguments.of(characters));
    }

    static Object replace(Object value, Arguments arguments) {
        Map<String, Object> given = arguments.named("replace", 2, "old", "new", "count");
        String old = Values.str(given.getOrDefault("old", ""));
        String replacement = Values.str(given.getOrDefault("new", ""));
        Object count = given.getOrDefault("count", None.NONE);
        Object most = count == None.NONE ? -1L : count;
        return Filters.method(Values.str(value), "replace", Arguments.of(old, replacement, most));
    }

    static Object join(Object value, Arguments arguments) {
        Map<String, Object> given = arguments.named("join", 0, "d", "attribute");
        Object attribute = given.getOrDefault("attribute", None.NONE);
        List<String> parts = new ArrayList<>();
        Iterator<Object> items = Values.iterate(value);
        while (items.hasNext()) {
            Object item = items.next();
            parts.add(Values.str(attribute == None.NONE ? item : Selection.attribute(item, attribute)));
        }
        return String.join(Values.str(given.getOrDefault("d", "")), parts);
    }

    static Object indent(Object value, Arguments arguments) {
        if (value instanceof SafeText || !(value instanceof String text)) {
            throw PythonException.refused("filter 'indent' on a value of type " + Values.typeName(value));
        }
        Map<String, Object> given = arguments.named("indent", 0, "width", "first", "blank");
        Object width = given.getOrDefault("width", 4L);
        String indention = width instanceof String own ? own : " ".repeat((int) Math.max(0, Numbers.integer(width)));
        boolean blank = Values.truth(given.getOrDefault("blank", false));
        List<Object> lines = Splitting.lines(text + "\n");
        StringBuilder out = new StringBuilder(Values.truth(given.getOrDefault("first", false)) ? indention : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            out.append(i == 0 ? "" : line.isEmpty() && !blank ? "\n" : "\n" + indention)
                    .append(line);
        }
        return out.toString();
    }
}
