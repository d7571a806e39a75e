// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** How Python's strings split. */
public final class Splitting {
    private Splitting() {}

    static Object split(String self, Arguments arguments) {
        Map<String, Object> given = arguments.named("split", 0, "sep", "maxsplit");
        long most = Values.integer(given.getOrDefault("maxsplit", -1L), "split()");
        Object separator = given.getOrDefault("sep", None.NONE);
        return separator == None.NONE ? atBlanks(self, most) : atText(self, separator(separator), most);
    }

    static Object splitFromEnd(String self, Arguments arguments) {
        Map<String, Object> given = arguments.named("rsplit", 0, "sep", "maxsplit");
        long most = Values.integer(given.getOrDefault("maxsplit", -1L), "rsplit()");
        if (most < 0) {
            return split(self, arguments);
        }
        Object given0 = given.getOrDefault("sep", None.NONE);
        if (given0 == None.NONE) {
            throw PythonException.refused("rsplit() at blanks with a limit");
        }
        String separator = separator(given0);
        List<Object> parts = new ArrayList<>();
        int end = self.length();
        for (long left = most; left > 0; left--) {
            int at = end < separator.length() ? -1 : self.lastIndexOf(separator, end - separator.length());
            if (at < 0) {
                break;
            }
            parts.add(self.substring(at + separator.length(), end));
            end = at;
        }
        parts.add(self.substring(0, end));
        Collections.reverse(parts);
        return parts;
    }

    private static String separator(Object value) {
        String separator = Values.text(value, "split()");
        if (separator.isEmpty()) {
            throw PythonException.raised("empty separator");
        }
        return separator;
    }

    private static List<Object> atText(String self, String separator, long most) {
        List<Object> parts = new ArrayList<>();
        int from = 0;
        int at = self.indexOf(separator);
        while (at >= 0 && (most < 0 || parts.size() < most)) {
            parts.add(self.substring(from, at));
            from = at + separator.length();
            at = self.indexOf(separator, from);
        }
        parts.add(self.substring(from));
        return parts;
    }

    private static List<Object> atBlanks(String self, long most) {
        List<Object> parts = new ArrayList<>();
        String rest = Text.stripStart(self, Text::isSpace);
        while (!rest.isEmpty()) {
            if (most >= 0 && parts.size() == most) {
                parts.add(rest);
                return parts;
            }
            String after = Text.stripStart(rest, c -> !Text.isSpace(c));
            parts.add(rest.substring(0, rest.length() - after.length()));
            rest = Text.stripStart(after, Text::isSpace);
        }
        return parts;
    }

    static Object lines(String self, Arguments arguments) {
        if (!arguments.positional().isEmpty() || !arguments.keywords().isEmpty()) {
            throw PythonException.refused("splitlines() that keeps the ends");
        }
        return lines(self);
    }

    /** {@code self.splitlines()}. */
    public static List<Object> lines(String self) {
        List<Object> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < self.length(); i++) {
            if (isLineEnd(self.charAt(i))) {
                lines.add(self.substring(from, i));
                if (self.charAt(i) == '\r' && i + 1 < self.length() && self.charAt(i + 1) == '\n') {
                    i++;
                }
                from = i + 1;
            }
        }
        if (from < self.length()) {
            lines.add(self.substring(from));
        }
        return lines;
    }

    private static boolean isLineEnd(char c) {
        return c >= '\n' && c <= '\r' || c >= 0x1C && c <= 0x1E || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    static Object partition(String self, Arguments arguments) {
        String separator = separator(arguments.positionalOnly("partition", 1, 1).get(0));
        int at = self.indexOf(separator);
        return at < 0 ? Tuple.of(self, "", "") : parts(self, at, separator);
    }

    static Object partitionFromEnd(String self, Arguments arguments) {
        String separator =
                separator(arguments.positionalOnly("rpartition", 1, 1).get(0));
        int at = self.lastIndexOf(separator);
        return at < 0 ? Tuple.of("", "", self) : parts(self, at, separator);
    }

    private static Tuple parts(String self, int at, String separator) {
        return Tuple.of(self.substring(0, at), separator, self.substring(at + separator.length()));
    }
}
