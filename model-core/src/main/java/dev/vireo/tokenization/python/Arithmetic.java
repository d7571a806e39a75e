// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.ArrayList;
import java.util.List;

/** Python's arithmetic on ints (refused beyond 64 bits), floats, strings and lists. */
public enum Arithmetic {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    FLOOR_DIVIDE("//"),
    MODULO("%"),
    POWER("**");

    private static final long MOST_REPEATS = 100_000;

    private final String symbol;

    Arithmetic(String symbol) {
        this.symbol = symbol;
    }

    /** {@code a op b}. */
    public Object apply(Object a, Object b) {
        if (Comparison.isNumber(a) && Comparison.isNumber(b)) {
            return ofNumbers(a, b);
        }
        if (this == MODULO && a instanceof String) {
            throw PythonException.refused("string formatting with '%'");
        }
        if (a instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (b instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (a instanceof SafeText || b instanceof SafeText) {
            throw PythonException.refused("operator '" + symbol + "' on safe text");
        }
        if (this == ADD) {
            return join(a, b);
        }
        if (this == MULTIPLY && (isInteger(a) || isInteger(b))) {
            return isInteger(a) ? repeat(b, Values.integer(a, symbol)) : repeat(a, Values.integer(b, symbol));
        }
        throw mismatch(a, b);
    }

    private Object join(Object a, Object b) {
        if (a instanceof String x && b instanceof String y) {
            return x + y;
        }
        if (a instanceof List && b instanceof List || a instanceof Tuple && b instanceof Tuple) {
            List<Object> items = new ArrayList<>(Values.sequence(a));
            items.addAll(Values.sequence(b));
            return a instanceof Tuple ? new Tuple(items) : items;
        }
        throw mismatch(a, b);
    }

    private static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Boolean;
    }

    private Object repeat(Object value, long times) {
        if (times > MOST_REPEATS) {
            throw PythonException.refused("repeating a value more than " + MOST_REPEATS + " times");
        }
        int count = (int) Math.max(0, times);
        if (value instanceof String text) {
            return text.repeat(count);
        }
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                items.addAll(list);
            }
            return items;
        }
        throw mismatch(value, times);
    }

    private PythonException mismatch(Object a, Object b) {
        return PythonException.raised("unsupported operand type(s) for %s: '%s' and '%s'"
                .formatted(symbol, Values.typeName(a), Values.typeName(b)));
    }

    private Object ofNumbers(Object a, Object b) {
        if (a instanceof Double || b instanceof Double || this == DIVIDE) {
            return ofFloats(asDouble(a), asDouble(b));
        }
        long x = Values.integer(a, symbol);
        long y = Values.integer(b, symbol);
        try {
            return ofInts(x, y);
        } catch (ArithmeticException e) {
            throw y == 0
                    ? PythonException.raised("integer division or modulo by zero")
                    : PythonException.refused("an integer of more than 64 bits");
        }
    }

    private long ofInts(long x, long y) {
        return switch (this) {
            case ADD -> Math.addExact(x, y);
            case SUBTRACT -> Math.subtractExact(x, y);
            case MULTIPLY -> Math.multiplyExact(x, y);
            case FLOOR_DIVIDE -> Math.floorDiv(x, y);
            case MODULO -> Math.floorMod(x, y);
            case DIVIDE, POWER -> throw PythonException.refused("operator '" + symbol + "'");
        };
    }

    private double ofFloats(double x, double y) {
        return switch (this) {
            case ADD -> x + y;
            case SUBTRACT -> x - y;
            case MULTIPLY -> x * y;
            case DIVIDE -> {
                if (y == 0) {
                    throw PythonException.raised("division by zero");
                }
                yield x / y;
            }
            case FLOOR_DIVIDE, MODULO, POWER -> throw PythonException.refused("operator '" + symbol + "' on floats");
        };
    }

    private static double asDouble(Object value) {
        if (value instanceof Double number) {
            return number;
        }
        long whole = Values.integer(value, "float");
        if (Math.abs(whole) > 1L << 53) {
            throw PythonException.refused("the float of an integer of more than 53 bits");
        }
        return whole;
    }

    /** {@code -value}. */
    public static Object negative(Object value) {
        if (value instanceof Double number) {
            return -number;
        }
        return Math.negateExact(Values.integer(value, "unary -"));
    }
}
