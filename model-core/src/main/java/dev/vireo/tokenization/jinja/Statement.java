// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import java.util.List;

/** A part of a template that writes or assigns. */
interface Statement {

    /** How to go on after a statement. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    /** Tells which names the statement reads and assigns in its own scope. */
    void declare(Symbols symbols);

    /** Called once all statements of the scope have declared their names: makes the symbols of scopes within. */
    void bind(Symbols symbols);

    Flow run(Scope scope, StringBuilder out);

    /** Runs statements until one of them breaks or continues a loop. */
    static Flow runAll(List<Statement> statements, Scope scope, StringBuilder out) {
        for (Statement statement : statements) {
            Flow flow = statement.run(scope, out);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    /** Declares and binds the statements of a new scope. */
    static Symbols scoped(Symbols inner, List<Statement> body) {
        body.forEach(statement -> statement.declare(inner));
        body.forEach(statement -> statement.bind(inner));
        return inner;
    }
}
