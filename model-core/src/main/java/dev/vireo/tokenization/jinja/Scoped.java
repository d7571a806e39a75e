// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Values;
import java.util.List;

/** A block with a scope of its own, whose text may pass filters: {@code generation} and {@code filter}. */
final class Scoped implements Statement {
    private final List<Calls.Filter> filters;
    private final List<Statement> body;
    private final int line;
    private Symbols inner = Symbols.root();

    Scoped(List<Calls.Filter> filters, List<Statement> body, int line) {
        this.filters = filters;
        this.body = body;
        this.line = line;
    }

    @Override
    public void declare(Symbols symbols) {
        filters.forEach(filter -> filter.given().names(symbols::load));
    }

    @Override
    public void bind(Symbols symbols) {
        inner = Statement.scoped(symbols.inner(), body);
    }

    @Override
    public Flow run(Scope scope, StringBuilder out) {
        try {
            out.append(Values.str(value(scope)));
        } catch (PythonException e) {
            throw TemplateException.at(line, e);
        }
        return Flow.NEXT;
    }

    /** The block's text after its filters. */
    Object value(Scope scope) {
        StringBuilder text = new StringBuilder();
        Statement.runAll(body, scope.inner(inner), text);
        Object value = text.toString();
        for (Calls.Filter filter : filters) {
            value = filter.apply(value, scope);
        }
        return value;
    }
}
