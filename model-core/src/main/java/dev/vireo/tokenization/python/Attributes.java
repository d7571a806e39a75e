// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code value.name} and {@code value[key]} as Jinja's sandbox reads them: the one falls back to the other. */
public final class Attributes {
    private Attributes() {}

    /** {@code value.name}: the value's attribute or method, otherwise its item of that name. */
    public static Object named(Object value, String name) {
        if (name.startsWith("__")) {
            throw PythonException.refused("attribute '" + name + "'");
        }
        Optional<Object> own = own(value, name);
        if (own.isPresent()) {
            return own.get();
        }
        if (value instanceof Map<?, ?> map && map.containsKey(name)) {
            return item(map, name);
        }
        return missing(value, name);
    }

    /** {@code value[key]}: the value's item, otherwise its attribute of that name. */
    public static Object item(Object value, Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (value instanceof Map<?, ?> map && !(key instanceof List || key instanceof Map)) {
            Object found = map.get(Comparison.key(key));
            if (found != null) {
                return found;
            }
        }
        if (key instanceof Long || key instanceof Boolean) {
            return at(value, Values.integer(key, "index")).orElseGet(() -> missing(value, Values.str(key)));
        }
        if (key instanceof String name) {
            if (name.startsWith("__")) {
                throw PythonException.refused("attribute '" + name + "'");
            }
            return own(value, name).orElseGet(() -> missing(value, name));
        }
        return missing(value, Values.typeName(key));
    }

    private static Optional<Object> own(Object value, String name) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (value instanceof HasAttributes object) {
            return object.attribute(name);
        }
        if (value instanceof Callable || value instanceof SafeText || value instanceof Opaque) {
            throw PythonException.refused("attribute '" + name + "' of a " + Values.typeName(value));
        }
        return Methods.of(value, name);
    }

    private static Optional<Object> at(Object value, long index) {
        if (value instanceof SafeText) {
            throw PythonException.refused("an index into safe text");
        }
        boolean isText = value instanceof String;
        OptionalInt length = isText || Values.isSequence(value) ? Values.length(value) : OptionalInt.empty();
        long position = index < 0 && length.isPresent() ? index + length.getAsInt() : index;
        if (length.isEmpty() || position < 0 || position >= length.getAsInt()) {
            return Optional.empty();
        }
        return Optional.of(
                isText
                        ? character((String) value, (int) position)
                        : Values.sequence(value).get((int) position));
    }

    private static Object character(String text, int position) {
        return Character.toString(text.codePointAt(text.offsetByCodePoints(0, position)));
    }

    private static Undefined missing(Object value, String name) {
        return new Undefined("'%s' object has no attribute '%s'".formatted(Values.typeName(value), name));
    }

    /** {@code value[start:stop:step]}; {@link None#NONE} stands for what is left out. */
    public static Object slice(Object value, Object start, Object stop, Object step) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!(value instanceof String || value instanceof List || value instanceof Tuple)) {
            throw PythonException.refused("a slice of a value of type " + Values.typeName(value));
        }
        List<Object> items = value instanceof String text ? Text.characters(text) : Values.sequence(value);
        List<Object> chosen = chosen(items, start, stop, step);
        if (value instanceof String) {
            StringBuilder text = new StringBuilder();
            chosen.forEach(text::append);
            return text.toString();
        }
        return value instanceof Tuple ? new Tuple(chosen) : chosen;
    }

    private static List<Object> chosen(List<Object> items, Object start, Object stop, Object step) {
        long stride = step == None.NONE ? 1 : Values.integer(step, "slice step");
        if (stride == 0) {
            throw PythonException.raised("slice step cannot be zero");
        }
        int length = items.size();
        long from = start == None.NONE ? (stride > 0 ? 0 : length - 1) : bound(start, length, stride);
        long to = stop == None.NONE ? (stride > 0 ? length : -1) : bound(stop, length, stride);
        List<Object> chosen = new ArrayList<>();
        for (long i = from; stride > 0 ? i < to : i > to; i += stride) {
            chosen.add(items.get((int) i));
        }
        return chosen;
    }

    private static long bound(Object index, int length, long stride) {
        long at = Values.integer(index, "slice index");
        long low = stride > 0 ? 0 : -1;
        long high = stride > 0 ? length : length - 1L;
        return Math.max(low, Math.min(high, at < 0 ? at + length : at));
    }
}
