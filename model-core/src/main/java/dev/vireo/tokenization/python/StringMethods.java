// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/** The methods of Python's {@code str}. */
final class StringMethods {
    private static final Map<String, Method> METHODS = Map.ofEntries(
            Map.entry("strip", (s, a) -> strip(s, a, true, true)),
            Map.entry("lstrip", (s, a) -> strip(s, a, true, false)),
            Map.entry("rstrip", (s, a) -> strip(s, a, false, true)),
            Map.entry("upper", (s, a) -> Text.upper(none(s, "upper", a))),
            Map.entry("lower", (s, a) -> Text.lower(none(s, "lower", a))),
            Map.entry("capitalize", (s, a) -> Text.capitalize(none(s, "capitalize", a))),
            Map.entry("title", (s, a) -> Text.title(none(s, "title", a))),
            Map.entry("split", Splitting::split),
            Map.entry("rsplit", Splitting::splitFromEnd),
            Map.entry("splitlines", Splitting::lines),
            Map.entry("partition", Splitting::partition),
            Map.entry("rpartition", Splitting::partitionFromEnd),
            Map.entry("startswith", (s, a) -> affix("startswith", a, s::startsWith)),
            Map.entry("endswith", (s, a) -> affix("endswith", a, s::endsWith)),
            Map.entry("removeprefix", (s, a) -> without(s, a, true)),
            Map.entry("removesuffix", (s, a) -> without(s, a, false)),
            Map.entry("replace", StringMethods::replace),
            Map.entry("join", StringMethods::join),
            Map.entry("find", (s, a) -> position(s, s.indexOf(only("find", a)))),
            Map.entry("rfind", (s, a) -> position(s, s.lastIndexOf(only("rfind", a)))),
            Map.entry("count", StringMethods::count));
    private static final Set<String> OTHERS = new HashSet<>(Arrays.asList(
            "casefold",
            "center",
            "encode",
            "expandtabs",
            "format",
            "format_map",
            "index",
            "isalnum",
            "isalpha",
            "isascii",
            "isdecimal",
            "isdigit",
            "isidentifier",
            "islower",
            "isnumeric",
            "isprintable",
            "isspace",
            "istitle",
            "isupper",
            "ljust",
            "maketrans",
            "rindex",
            "rjust",
            "swapcase",
            "translate",
            "zfill"));

    private StringMethods() {}

    /** One method. */
    @FunctionalInterface
    private interface Method {
        Object call(String self, Arguments arguments);
    }

    static boolean offers(String name) {
        return METHODS.containsKey(name);
    }

    static boolean isKnown(String name) {
        return offers(name) || OTHERS.contains(name);
    }

    static Object call(String self, String name, Arguments arguments) {
        Method method = METHODS.get(name);
        if (method == null) {
            throw PythonException.refused("method str." + name + "()");
        }
        return method.call(self, arguments);
    }

    private static String none(String self, String name, Arguments arguments) {
        arguments.positionalOnly(name, 0, 0);
        return self;
    }

    private static String only(String name, Arguments arguments) {
        if (arguments.positional().size() > 1) {
            throw PythonException.refused("str." + name + "() with a start or end");
        }
        return Values.text(arguments.positionalOnly(name, 1, 1).get(0), name + "()");
    }

    /** {@code strip}, {@code lstrip} and {@code rstrip}, of blanks or of the characters given. */
    static Object strip(String self, Arguments arguments, boolean start, boolean end) {
        List<Object> given = arguments.positionalOnly("strip", 0, 1);
        IntPredicate kind = Text::isSpace;
        if (!given.isEmpty() && given.get(0) != None.NONE) {
            String characters = Values.text(given.get(0), "strip()");
            kind = c -> characters.codePoints().anyMatch(other -> other == c);
        }
        String text = start ? Text.stripStart(self, kind) : self;
        return end ? Text.stripEnd(text, kind) : text;
    }

    /** Whether a text begins or ends with another. */
    private interface Affix {
        boolean fits(String text);
    }

    private static Object affix(String name, Arguments arguments, Affix affix) {
        if (arguments.positional().size() > 1) {
            throw PythonException.refused("str." + name + "() with a start or end");
        }
        Object wanted = arguments.positionalOnly(name, 1, 1).get(0);
        if (wanted instanceof Tuple tuple) {
            return tuple.items().stream().anyMatch(each -> affix.fits(Values.text(each, name + "()")));
        }
        return affix.fits(Values.text(wanted, name + "()"));
    }

    private static Object without(String self, Arguments arguments, boolean prefix) {
        String affix = only(prefix ? "removeprefix" : "removesuffix", arguments);
        if (prefix) {
            return self.startsWith(affix) ? self.substring(affix.length()) : self;
        }
        return self.endsWith(affix) ? self.substring(0, self.length() - affix.length()) : self;
    }

    private static Object replace(String self, Arguments arguments) {
        List<Object> given = arguments.positionalOnly("replace", 2, 3);
        long count = given.size() > 2 ? Values.integer(given.get(2), "replace()") : -1;
        return replaced(self, Values.text(given.get(0), "replace()"), Values.text(given.get(1), "replace()"), count);
    }

    /** The first {@code count} places replaced, all if negative. An empty text stands between all characters. */
    static String replaced(String self, String old, String replacement, long count) {
        if (old.isEmpty() && !self.isEmpty() && count != 0) {
            throw PythonException.refused("replace() of an empty text");
        }
        StringBuilder out = new StringBuilder();
        int from = 0;
        int at = self.indexOf(old);
        for (long left = count; at >= 0 && left != 0; left--) {
            out.append(self, from, at).append(replacement);
            from = at + old.length();
            at = old.isEmpty() ? -1 : self.indexOf(old, from);
        }
        return out.append(self, from, self.length()).toString();
    }

    private static Object join(String self, Arguments arguments) {
        List<String> parts = new ArrayList<>();
        Values.iterate(arguments.positionalOnly("join", 1, 1).get(0))
                .forEachRemaining(each -> parts.add(Values.text(each, "join()")));
        return String.join(self, parts);
    }

    private static Object position(String self, int index) {
        return index < 0 ? -1L : (long) self.codePointCount(0, index);
    }

    private static Object count(String self, Arguments arguments) {
        String wanted = only("count", arguments);
        if (wanted.isEmpty()) {
            throw PythonException.refused("count() of an empty text");
        }
        long count = 0;
        for (int at = self.indexOf(wanted); at >= 0; at = self.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }
}
