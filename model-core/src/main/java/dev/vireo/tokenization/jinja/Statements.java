// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Values;
import java.util.List;

/** The kinds of statement, except for loops, assignments and macros. */
final class Statements {
    private Statements() {}

    record Data(String text) implements Statement {
        @Override
        public void declare(Symbols symbols) {}

        @Override
        public void bind(Symbols symbols) {}

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            out.append(text);
            return Flow.NEXT;
        }
    }

    record Output(Expression value, int line) implements Statement {
        @Override
        public void declare(Symbols symbols) {
            value.names(symbols::load);
        }

        @Override
        public void bind(Symbols symbols) {}

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            try {
                out.append(Values.str(value.evaluate(scope)));
            } catch (PythonException e) {
                throw TemplateException.at(line, e);
            }
            return Flow.NEXT;
        }
    }

    /** {@code others} holds the elifs, each an {@code If} without others. */
    record If(Expression test, List<Statement> body, List<If> others, List<Statement> otherwise, int line)
            implements Statement {
        @Override
        public void declare(Symbols symbols) {
            test.names(symbols::load);
            symbols.branches(List.of(body, List.copyOf(others), otherwise));
        }

        @Override
        public void bind(Symbols symbols) {
            body.forEach(each -> each.bind(symbols));
            others.forEach(each -> each.bind(symbols));
            otherwise.forEach(each -> each.bind(symbols));
        }

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            if (holds(scope)) {
                return Statement.runAll(body, scope, out);
            }
            for (If other : others) {
                if (other.holds(scope)) {
                    return Statement.runAll(other.body, scope, out);
                }
            }
            return Statement.runAll(otherwise, scope, out);
        }

        private boolean holds(Scope scope) {
            try {
                return Values.truth(test.evaluate(scope));
            } catch (PythonException e) {
                throw TemplateException.at(line, e);
            }
        }
    }

    /** {@code break} or {@code continue}. */
    record Jump(Flow flow) implements Statement {
        @Override
        public void declare(Symbols symbols) {}

        @Override
        public void bind(Symbols symbols) {}

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            return flow;
        }
    }
}
