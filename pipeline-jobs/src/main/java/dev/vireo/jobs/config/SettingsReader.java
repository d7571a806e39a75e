// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Reads typed values below one prefix and notes every fault instead of stopping at the first. After a fault it answers
 * with a value of the right type, and the caller throws once everything was read.
 */
final class SettingsReader {
    private final Config config;
    private final String prefix;
    private final List<String> problems;
    private final Set<String> read;

    SettingsReader(Config config, List<String> problems) {
        this(config, "", problems, new TreeSet<>());
    }

    private SettingsReader(Config config, String prefix, List<String> problems, Set<String> read) {
        this.config = config;
        this.prefix = prefix;
        this.problems = problems;
        this.read = read;
    }

    /** A reader of the keys below {@code section}; both share the problems and the keys that were read. */
    SettingsReader below(String section) {
        return new SettingsReader(config, prefix + section + ".", problems, read);
    }

    /** All keys that were asked for, as full paths. */
    Set<String> keysRead() {
        return read;
    }

    String text(String key) {
        ConfigValue value = value(key);
        switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> {
                String text = String.valueOf(value.unwrapped());
                if (!text.isBlank()) {
                    return text;
                }
            }
            case LIST, OBJECT, NULL -> {}
        }
        invalid(key, "text");
        return "";
    }

    boolean flag(String key) {
        String text = String.valueOf(value(key).unwrapped());
        if (!text.equals("true") && !text.equals("false")) {
            invalid(key, "true or false");
        }
        return text.equals("true");
    }

    <E extends Enum<E>> E choice(String key, Class<E> type) {
        E[] all = type.getEnumConstants();
        String text = String.valueOf(value(key).unwrapped());
        for (E each : all) {
            if (written(each).equals(text.replace('_', '-'))) {
                return each;
            }
        }
        invalid(key, Arrays.stream(all).map(SettingsReader::written).collect(Collectors.joining(", ")));
        return all[0];
    }

    int count(String key, int minimum) {
        return (int) whole(key, value -> value >= minimum && value <= Integer.MAX_VALUE, atLeast(minimum));
    }

    long seed(String key) {
        return whole(key, value -> true, "a whole number");
    }

    private long whole(String key, LongPredicate allowed, String expected) {
        ConfigValue value = value(key);
        try {
            long number = Long.parseLong(String.valueOf(value.unwrapped()).strip());
            if (allowed.test(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, as a value out of range is.
        }
        invalid(key, expected);
        return 1;
    }

    double number(String key, DoublePredicate allowed, String expected) {
        ConfigValue value = value(key);
        try {
            double number = Double.parseDouble(String.valueOf(value.unwrapped()).strip());
            if (Double.isFinite(number) && allowed.test(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, as a value out of range is.
        }
        invalid(key, expected);
        return 1;
    }

    double positive(String key) {
        return number(key, value -> value > 0, "> 0");
    }

    double notNegative(String key) {
        return number(key, value -> value >= 0, ">= 0");
    }

    /** A fraction from 0 (included) to 1 (excluded). */
    double fraction(String key) {
        return number(key, value -> value >= 0 && value < 1, ">= 0 and < 1");
    }

    /** A list of texts; a single text is a list of one. */
    List<String> texts(String key) {
        ConfigValue value = value(key);
        if (!(value instanceof ConfigList list)) {
            return List.of(text(key));
        }
        return list.stream().map(each -> String.valueOf(each.unwrapped())).toList();
    }

    /** A list of numbers, possibly empty. */
    List<Double> numbers(String key) {
        ConfigValue value = value(key);
        List<Double> numbers = new ArrayList<>();
        try {
            if (value instanceof ConfigList list) {
                list.forEach(each -> numbers.add(Double.parseDouble(String.valueOf(each.unwrapped()))));
                return numbers;
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        invalid(key, "a list of numbers such as [0.8, 0.2]");
        return List.of();
    }

    /** A list of whole numbers from 0, possibly empty. */
    List<Integer> counts(String key) {
        List<Integer> counts = new ArrayList<>();
        for (double number : numbers(key)) {
            if (number < 0 || number != (int) number) {
                invalid(key, "whole numbers >= 0");
                return List.of();
            }
            counts.add((int) number);
        }
        return counts;
    }

    /** Number of faults that were noted so far. */
    int problems() {
        return problems.size();
    }

    /**
     * What is made of values that were read. Its maker's refusal is a fault like any other.
     *
     * @param before {@link #problems} before the values were read; where there are more now, nothing is made of them
     * @param instead the result then
     */
    <T> T made(int before, T instead, Supplier<T> maker) {
        try {
            return problems.size() == before ? maker.get() : instead;
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
            return instead;
        }
    }

    /** Notes that the value of a key does not do; {@code expected} completes "expected ...". */
    void invalid(String key, String expected) {
        ConfigValue value = at(prefix + key);
        problems.add("Invalid " + prefix + key + ": " + ReferenceSettings.written(value) + " (expected " + expected
                + ")" + where(value.origin()));
    }

    /** Where a value was written, if it came from a file. */
    static String where(ConfigOrigin origin) {
        return origin.filename() == null ? "" : " in " + origin.filename() + " line " + origin.lineNumber();
    }

    private ConfigValue value(String key) {
        read.add(prefix + key);
        return at(prefix + key);
    }

    /** The value at a path, a null that the user wrote included, which {@code Config.getValue} refuses. */
    private ConfigValue at(String path) {
        ConfigValue value = config.root();
        for (String part : ConfigUtil.splitPath(path)) {
            value = Objects.requireNonNull(((ConfigObject) value).get(part), path);
        }
        return value;
    }

    private static String atLeast(int minimum) {
        return "a whole number >= " + minimum;
    }

    private static String written(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
