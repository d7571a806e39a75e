// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arguments;
import dev.vireo.tokenization.python.Callable;
import dev.vireo.tokenization.python.Namespace;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Range;
import dev.vireo.tokenization.python.Values;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The functions that every template sees. */
final class Globals {
    private static final Map<Character, String> DATE_PATTERNS = Map.ofEntries(
            Map.entry('Y', "uuuu"),
            Map.entry('y', "yy"),
            Map.entry('m', "MM"),
            Map.entry('d', "dd"),
            Map.entry('B', "MMMM"),
            Map.entry('b', "MMM"),
            Map.entry('A', "EEEE"),
            Map.entry('a', "EEE"),
            Map.entry('H', "HH"),
            Map.entry('I', "hh"),
            Map.entry('p', "a"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('j', "DDD"),
            Map.entry('%', "'%'"));

    private Globals() {}

    static Map<String, Object> functions(Clock clock) {
        Map<String, Object> functions = new LinkedHashMap<>();
        functions.put("range", (Callable) Range::of);
        functions.put("namespace", (Callable) Globals::namespace);
        functions.put("dict", (Callable) Globals::dict);
        functions.put("raise_exception", (Callable) arguments -> {
            throw PythonException.raised(
                    Values.str(arguments.positionalOnly("raise_exception", 1, 1).get(0)));
        });
        functions.put("strftime_now", (Callable) arguments -> date(clock, arguments));
        return functions;
    }

    private static Object namespace(Arguments arguments) {
        return Namespace.of(merged("namespace", arguments));
    }

    private static Object dict(Arguments arguments) {
        return merged("dict", arguments);
    }

    private static Map<String, Object> merged(String function, Arguments arguments) {
        Map<String, Object> merged = new LinkedHashMap<>();
        for (Object each : arguments.positional()) {
            if (!(each instanceof Map<?, ?> map) || arguments.positional().size() > 1) {
                throw PythonException.refused(function + "() of anything but one dict and keywords");
            }
            map.forEach((key, value) -> merged.put((String) key, value));
        }
        merged.putAll(arguments.keywords());
        return merged;
    }

    private static Object date(Clock clock, Arguments arguments) {
        String format =
                Values.str(arguments.positionalOnly("strftime_now", 1, 1).get(0));
        LocalDateTime now = LocalDateTime.now(clock);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            i++;
            char directive = i < format.length() ? format.charAt(i) : ' ';
            String pattern = DATE_PATTERNS.get(directive);
            if (pattern == null) {
                throw PythonException.refused("strftime_now() with '%" + directive + "'");
            }
            out.append(DateTimeFormatter.ofPattern(pattern, Locale.US).format(now));
        }
        return out.toString();
    }
}
