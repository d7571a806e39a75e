// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Python's {@code json.dumps}. */
public final class Json {
    private final boolean asciiOnly;
    private final boolean sorted;
    private final String comma;
    private final String colon;
    private final String indent;
    private final boolean multiline;
    private final StringBuilder out = new StringBuilder();

    private Json(Map<String, Object> settings) {
        asciiOnly = Values.truth(settings.getOrDefault("ensure_ascii", false));
        sorted = Values.truth(settings.getOrDefault("sort_keys", false));
        Object given = settings.getOrDefault("indent", None.NONE);
        multiline = given != None.NONE;
        indent = given instanceof String text ? text : multiline ? blanks(given) : "";
        Object separators = settings.getOrDefault("separators", None.NONE);
        if (separators == None.NONE) {
            comma = multiline ? "," : ", ";
            colon = ": ";
        } else {
            List<Object> both = Values.list(separators);
            if (both.size() != 2) {
                throw PythonException.raised("tojson: separators must be a pair");
            }
            comma = Values.text(both.get(0), "separators");
            colon = Values.text(both.get(1), "separators");
        }
    }

    private static String blanks(Object count) {
        return " ".repeat((int) Math.max(0, Values.integer(count, "indent")));
    }

    /** The value as JSON. The arguments are those of transformers' {@code tojson} filter. */
    public static String dumps(Object value, Arguments arguments) {
        Json json = new Json(arguments.named("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys"));
        json.append(value, 0);
        return json.out.toString();
    }

    private void append(Object value, int depth) {
        if (value instanceof String text) {
            appendText(text);
        } else if (value instanceof SafeText safe) {
            appendText(safe.text());
        } else if (value == None.NONE) {
            out.append("null");
        } else if (value instanceof Boolean || value instanceof Long) {
            out.append(value);
        } else if (value instanceof Double number) {
            out.append(number(number));
        } else if (value instanceof Map<?, ?> map) {
            appendMap(map, depth);
        } else if (value instanceof List || value instanceof Tuple) {
            List<Object> items = Values.sequence(value);
            appendAll('[', ']', items.size(), depth, i -> append(items.get(i), depth + 1));
        } else {
            throw PythonException.raised("Object of type " + Values.typeName(value) + " is not JSON serializable");
        }
    }

    private void appendMap(Map<?, ?> map, int depth) {
        Map<Object, Object> ordered = new LinkedHashMap<>(map);
        if (sorted) {
            ordered = new TreeMap<>((a, b) -> Text.compare((String) a, (String) b));
            ordered.putAll(map);
        }
        List<Object> items = Methods.items(ordered);
        appendAll('{', '}', items.size(), depth, i -> {
            List<Object> pair = ((Tuple) items.get(i)).items();
            appendText((String) pair.get(0));
            out.append(colon);
            append(pair.get(1), depth + 1);
        });
    }

    private void appendAll(char open, char close, int count, int depth, Consumer<Integer> item) {
        out.append(open);
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : comma);
            newLine(depth + 1);
            item.accept(i);
        }
        if (count > 0) {
            newLine(depth);
        }
        out.append(close);
    }

    private void newLine(int depth) {
        if (multiline) {
            out.append('\n').append(indent.repeat(depth));
        }
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : Floats.repr(value);
    }

    private void appendText(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default ->
                    out.append(c < ' ' || asciiOnly && c > '~' ? "\\u%04x".formatted((int) c) : Character.toString(c));
            }
        }
        out.append('"');
    }
}
