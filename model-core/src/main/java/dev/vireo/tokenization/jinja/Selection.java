// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arguments;
import dev.vireo.tokenization.python.Attributes;
import dev.vireo.tokenization.python.Generator;
import dev.vireo.tokenization.python.None;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Undefined;
import dev.vireo.tokenization.python.Values;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterators;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Filters that choose or change items one by one; each gives a generator. */
final class Selection {
    private Selection() {}

    private static Stream<Object> items(Object value) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(new Late(value), 0), false);
    }

    /** Walks a value from the first time that an item is asked for, as a generator does. */
    private static final class Late implements Iterator<Object> {
        private final Object value;
        private Optional<Iterator<Object>> items = Optional.empty();

        Late(Object value) {
            this.value = value;
        }

        private Iterator<Object> items() {
            if (items.isEmpty()) {
                items = Optional.of(Values.truth(value) ? Values.iterate(value) : Collections.emptyIterator());
            }
            return items.get();
        }

        @Override
        public boolean hasNext() {
            return items().hasNext();
        }

        @Override
        public Object next() {
            return items().next();
        }
    }

    /** {@code value.a.b} for the attribute {@code 'a.b'}; parts of digits are indices. */
    static Object attribute(Object value, Object attribute) {
        if (attribute instanceof Long index) {
            return Attributes.item(value, index);
        }
        Object result = value;
        for (String part : Values.str(attribute).split("\\.", -1)) {
            boolean index = part.matches("[0-9]{1,9}");
            result = Attributes.item(result, index ? (Object) Long.valueOf(part) : part);
        }
        return result;
    }

    static Object map(Object value, Arguments arguments) {
        return new Generator(items(value).map(changeOf(arguments)).iterator());
    }

    private static UnaryOperator<Object> changeOf(Arguments arguments) {
        if (arguments.positional().isEmpty() && arguments.keywords().containsKey("attribute")) {
            Map<String, Object> given = arguments.named("map", 0, "attribute", "default");
            Object attribute = given.getOrDefault("attribute", "");
            Object standard = given.getOrDefault("default", None.NONE);
            if (standard != None.NONE && Values.str(attribute).contains(".")) {
                throw PythonException.refused("filter 'map' of a dotted attribute with a default");
            }
            return item -> {
                Object found = attribute(item, attribute);
                return found instanceof Undefined && standard != None.NONE ? standard : found;
            };
        }
        Object name = arguments.at(0).orElseThrow(() -> PythonException.raised("map requires a filter argument"));
        return item -> Filters.apply(Values.str(name), item, arguments.after(1));
    }

    static Object select(Object value, Arguments arguments, boolean keep) {
        Predicate<Object> test = testOf(arguments);
        return new Generator(
                items(value).filter(item -> test.test(item) == keep).iterator());
    }

    static Object selectAttribute(Object value, Arguments arguments, boolean keep) {
        Object attribute =
                arguments.at(0).orElseThrow(() -> PythonException.raised("Missing parameter for attribute name"));
        Predicate<Object> test = testOf(arguments.after(1));
        return new Generator(items(value)
                .filter(item -> test.test(attribute(item, attribute)) == keep)
                .iterator());
    }

    private static Predicate<Object> testOf(Arguments arguments) {
        return arguments
                .at(0)
                .map(name -> (Predicate<Object>) item -> Tests.apply(Values.str(name), item, arguments.after(1)))
                .orElse(Values::truth);
    }
}
