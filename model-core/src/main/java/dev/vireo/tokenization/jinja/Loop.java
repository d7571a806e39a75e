// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Callable;
import dev.vireo.tokenization.python.HasAttributes;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Undefined;
import dev.vireo.tokenization.python.Values;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The variable {@code loop}. It looks ahead only when asked to, since that advances what it walks. */
final class Loop implements HasAttributes {
    private Iterator<Object> items;
    private Optional<Object> previous = Optional.empty();
    private Optional<Object> current = Optional.empty();
    private Optional<Object> after = Optional.empty();
    private Optional<Long> length;
    private long index0 = -1;

    /** What a loop walks, and whether its length is known before. */
    record Items(Iterator<Object> iterator, boolean sized) {}

    Loop(Object sequence, Items items) {
        this.items = items.iterator();
        this.length = items.sized() ? Optional.of(Values.lengthOf(sequence)) : Optional.empty();
    }

    boolean hasNext() {
        return peek().isPresent();
    }

    Object next() {
        Object item = peek().orElseThrow();
        previous = current;
        current = Optional.of(item);
        after = Optional.empty();
        index0++;
        return item;
    }

    private Optional<Object> peek() {
        if (after.isEmpty() && items.hasNext()) {
            after = Optional.of(items.next());
        }
        return after;
    }

    private long length() {
        if (length.isEmpty()) {
            List<Object> rest = new ArrayList<>();
            items.forEachRemaining(rest::add);
            items = rest.iterator();
            length = Optional.of(rest.size() + index0 + 1 + (after.isPresent() ? 1 : 0));
        }
        return length.get();
    }

    @Override
    public Optional<Object> attribute(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "index0" -> index0;
                    case "index" -> index0 + 1;
                    case "first" -> index0 == 0;
                    case "last" -> peek().isEmpty();
                    case "length" -> length();
                    case "revindex" -> length() - index0;
                    case "revindex0" -> length() - index0 - 1;
                    case "previtem" ->
                        index0 == 0 ? new Undefined("there is no previous item") : previous.orElseThrow();
                    case "nextitem" -> peek().orElseGet(() -> new Undefined("there is no next item"));
                    case "depth" -> 1L;
                    case "depth0" -> 0L;
                    case "cycle" ->
                        (Callable) arguments -> {
                            List<Object> values = arguments.positionalOnly("cycle", 1, Integer.MAX_VALUE);
                            return values.get((int) (index0 % values.size()));
                        };
                    case "changed" -> throw PythonException.refused("loop.changed");
                    default -> null;
                });
    }
}
