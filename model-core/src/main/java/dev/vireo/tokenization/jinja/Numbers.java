// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arguments;
import dev.vireo.tokenization.python.Arithmetic;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Values;
import java.util.regex.Pattern;

/** Filters that make numbers. */
final class Numbers {
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]{1,15}(\\.[0-9]{1,15})?");

    private Numbers() {}

    static long integer(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        throw PythonException.raised("expected int, got " + Values.typeName(value));
    }

    static Object toInt(Object value, Arguments arguments) {
        if (!arguments.positional().isEmpty() || !arguments.keywords().isEmpty()) {
            throw PythonException.refused("filter 'int' with arguments");
        }
        if (value instanceof Long || value instanceof Boolean) {
            return integer(value);
        }
        if (value instanceof String text && INTEGER.matcher(text).matches()) {
            return Long.parseLong(text);
        }
        throw PythonException.refused("filter 'int' on " + described(value));
    }

    static Object toFloat(Object value, Arguments arguments) {
        if (!arguments.positional().isEmpty() || !arguments.keywords().isEmpty()) {
            throw PythonException.refused("filter 'float' with arguments");
        }
        if (value instanceof Double) {
            return value;
        }
        if (value instanceof Long || value instanceof Boolean) {
            return Arithmetic.MULTIPLY.apply(value, 1.0);
        }
        if (value instanceof String text && DECIMAL.matcher(text).matches()) {
            return Double.parseDouble(text);
        }
        throw PythonException.refused("filter 'float' on " + described(value));
    }

    private static String described(Object value) {
        return value instanceof String text ? "the text '" + text + "'" : "a value of type " + Values.typeName(value);
    }

    static Object abs(Object value, Arguments arguments) {
        Filters.only(value, "abs", arguments);
        boolean negative = value instanceof Double number ? number <= 0 : integer(value) < 0;
        return negative ? Arithmetic.negative(value) : value instanceof Double ? value : (Object) integer(value);
    }
}
