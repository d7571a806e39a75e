// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments of a call.
 *
 * @param positional those without a name
 * @param keywords those with one, in the order written
 */
public record Arguments(List<Object> positional, Map<String, Object> keywords) {
    /** No arguments. */
    public static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** Arguments without names. */
    public static Arguments of(Object... positional) {
        return new Arguments(Arrays.asList(positional), Map.of());
    }

    /** The positional arguments of a function that takes no others. */
    public List<Object> positionalOnly(String function, int least, int most) {
        if (!keywords.isEmpty()) {
            throw PythonException.raised(function + "() takes no keyword arguments");
        }
        if (positional.size() < least || positional.size() > most) {
            throw PythonException.raised(
                    "%s() takes %d to %d arguments (%d given)".formatted(function, least, most, positional.size()));
        }
        return positional;
    }

    /** The arguments by the names of a function's parameters; the first {@code required} of them must be there. */
    public Map<String, Object> named(String function, int required, String... names) {
        if (positional.size() > names.length) {
            throw PythonException.raised(
                    "%s() takes at most %d arguments (%d given)".formatted(function, names.length, positional.size()));
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < positional.size(); i++) {
            values.put(names[i], positional.get(i));
        }
        List<String> known = List.of(names);
        keywords.forEach((name, value) -> {
            if (!known.contains(name)) {
                throw PythonException.raised(function + "() got an unexpected keyword argument '" + name + "'");
            }
            if (values.put(name, value) != null) {
                throw PythonException.raised(function + "() got multiple values for argument '" + name + "'");
            }
        });
        for (String name : known.subList(0, required)) {
            if (!values.containsKey(name)) {
                throw PythonException.raised(function + "() missing required argument '" + name + "'");
            }
        }
        return values;
    }

    /** The argument at a position, if it is given without a name. */
    public Optional<Object> at(int index) {
        return index < positional.size() ? Optional.of(positional.get(index)) : Optional.empty();
    }

    /** These arguments without the first {@code count} positional ones. */
    public Arguments after(int count) {
        return new Arguments(new ArrayList<>(positional.subList(count, positional.size())), keywords);
    }
}
