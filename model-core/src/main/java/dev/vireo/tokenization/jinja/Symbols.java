// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names of one scope and where each gets its first value: jinja2 decides that before it runs, by the rules of its {@code
 * idtracking.py}. So a name that a loop assigns is new in every round, and one that is assigned later at the same level hides a variable of the
 * caller from the beginning.
 */
final class Symbols {

    /** Where a name's value comes from when its scope is entered. */
    enum Source {
        PARAMETER,
        CONTEXT,
        OUTER,
        NOTHING
    }

    private final Optional<Symbols> parent;
    private final Map<String, Source> sources;
    private final Set<String> stores;

    private Symbols(Optional<Symbols> parent, Map<String, Source> sources, Set<String> stores) {
        this.parent = parent;
        this.sources = sources;
        this.stores = stores;
    }

    static Symbols root() {
        return new Symbols(Optional.empty(), new LinkedHashMap<>(), new HashSet<>());
    }

    /** A scope within this one. */
    Symbols inner() {
        return new Symbols(Optional.of(this), new LinkedHashMap<>(), new HashSet<>());
    }

    Map<String, Source> sources() {
        return sources;
    }

    private boolean knows(String name) {
        return sources.containsKey(name) || parent.isPresent() && parent.get().knows(name);
    }

    private Source outerOr(String name, Source otherwise) {
        return parent.isPresent() && parent.get().knows(name) ? Source.OUTER : otherwise;
    }

    void load(String name) {
        if (!knows(name)) {
            sources.put(name, Source.CONTEXT);
        }
    }

    void store(String name) {
        stores.add(name);
        if (!sources.containsKey(name)) {
            sources.put(name, outerOr(name, Source.NOTHING));
        }
    }

    void parameter(String name) {
        stores.add(name);
        sources.put(name, Source.PARAMETER);
    }

    /** Names in the branches of a condition: a name that only some branch assigns keeps its outer value otherwise. */
    void branches(List<List<Statement>> branches) {
        List<Symbols> copies = new ArrayList<>();
        for (List<Statement> branch : branches) {
            Symbols copy = new Symbols(parent, new LinkedHashMap<>(sources), new HashSet<>(stores));
            branch.forEach(statement -> statement.declare(copy));
            copies.add(copy);
        }
        Set<String> stored = new HashSet<>();
        copies.forEach(copy -> stored.addAll(copy.stores));
        stored.removeAll(stores);
        for (Symbols copy : copies) {
            sources.putAll(copy.sources);
            stores.addAll(copy.stores);
        }
        stored.forEach(name -> sources.put(name, outerOr(name, Source.CONTEXT)));
    }
}
