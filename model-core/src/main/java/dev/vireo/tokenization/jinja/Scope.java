// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Undefined;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The values of a scope's names while a template runs. */
final class Scope {
    private static final int DEEPEST = 100;

    private final Symbols symbols;
    private final Optional<Scope> parent;
    private final Run run;
    private final Map<String, Object> values = new HashMap<>();

    /** What all scopes of one rendering share. */
    private static final class Run {
        private final Map<String, Object> context;
        private int calls;

        private Run(Map<String, Object> context) {
            this.context = context;
        }
    }

    private Scope(Symbols symbols, Optional<Scope> parent, Run run) {
        this.symbols = symbols;
        this.parent = parent;
        this.run = run;
        enter();
    }

    /** @param context the caller's variables and the global functions */
    static Scope root(Symbols symbols, Map<String, Object> context) {
        return new Scope(symbols, Optional.empty(), new Run(context));
    }

    Scope inner(Symbols innerSymbols) {
        return new Scope(innerSymbols, Optional.of(this), run);
    }

    private void enter() {
        symbols.sources().forEach((name, source) -> {
            Optional<Object> value =
                    switch (source) {
                        case CONTEXT -> Optional.ofNullable(run.context.get(name));
                        case OUTER -> parent.flatMap(scope -> scope.find(name));
                        case PARAMETER, NOTHING -> Optional.empty();
                    };
            value.ifPresent(v -> values.put(name, v));
        });
    }

    private Optional<Object> find(String name) {
        Scope scope = this;
        while (!scope.symbols.sources().containsKey(name)) {
            scope = scope.parent.orElseThrow(
                    () -> new IllegalStateException("Cannot read '" + name + "': no scope declares it"));
        }
        return Optional.ofNullable(scope.values.get(name));
    }

    Object get(String name) {
        return find(name).orElseGet(() -> Undefined.name(name));
    }

    boolean holds(String name) {
        return values.containsKey(name);
    }

    void set(String name, Object value) {
        values.put(name, value);
    }

    /** Runs a macro's body, counting how deep macros call each other. */
    String called(Supplier<String> body) {
        if (run.calls == DEEPEST) {
            throw PythonException.refused("calling macros more than " + DEEPEST + " deep");
        }
        run.calls++;
        try {
            return body.get();
        } finally {
            run.calls--;
        }
    }
}
