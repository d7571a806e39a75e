// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arguments;
import dev.vireo.tokenization.python.Callable;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Undefined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A macro: a function that returns the text of its body. */
final class Macro implements Statement {
    private final String name;
    private final List<Parameter> parameters;
    private final List<Statement> body;
    private Symbols inner = Symbols.root();

    /** A parameter, and its value where the caller gives none. */
    record Parameter(String name, Optional<Expression> standard) {}

    Macro(String name, List<Parameter> parameters, List<Statement> body) {
        this.name = name;
        this.parameters = parameters;
        this.body = body;
    }

    @Override
    public void declare(Symbols symbols) {
        symbols.store(name);
    }

    @Override
    public void bind(Symbols symbols) {
        inner = symbols.inner();
        parameters.forEach(parameter -> inner.parameter(parameter.name()));
        parameters.forEach(parameter -> parameter.standard().ifPresent(standard -> standard.names(inner::load)));
        Statement.scoped(inner, body);
    }

    @Override
    public Flow run(Scope scope, StringBuilder out) {
        scope.set(name, (Callable) arguments -> call(scope, arguments));
        return Flow.NEXT;
    }

    private Object call(Scope written, Arguments arguments) {
        Map<String, Object> given = given(arguments);
        return written.called(() -> {
            Scope scope = written.inner(inner);
            for (Parameter parameter : parameters) {
                Object value = given.get(parameter.name());
                scope.set(parameter.name(), value != null ? value : standard(parameter, scope));
            }
            StringBuilder text = new StringBuilder();
            Statement.runAll(body, scope, text);
            return text.toString();
        });
    }

    private static Object standard(Parameter parameter, Scope scope) {
        return parameter
                .standard()
                .map(expression -> expression.evaluate(scope))
                .orElseGet(() -> new Undefined("parameter '" + parameter.name() + "' was not provided"));
    }

    private Map<String, Object> given(Arguments arguments) {
        if (arguments.positional().size() > parameters.size()) {
            throw PythonException.raised(
                    "macro '%s' takes not more than %d argument(s)".formatted(name, parameters.size()));
        }
        Map<String, Object> given = new LinkedHashMap<>();
        for (int i = 0; i < arguments.positional().size(); i++) {
            given.put(parameters.get(i).name(), arguments.positional().get(i));
        }
        arguments.keywords().forEach((key, value) -> {
            boolean known =
                    parameters.stream().anyMatch(parameter -> parameter.name().equals(key));
            if (!known || given.put(key, value) != null) {
                throw PythonException.raised("macro '%s' takes no keyword argument '%s'".formatted(name, key));
            }
        });
        return given;
    }
}
