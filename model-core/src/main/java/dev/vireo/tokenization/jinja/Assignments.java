// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.PythonException;

/** {@code set}, of a value and of a block's text. */
final class Assignments {
    private Assignments() {}

    record Assign(Target target, Expression value, int line) implements Statement {
        @Override
        public void declare(Symbols symbols) {
            value.names(symbols::load);
            target.names(symbols::store, symbols::load);
        }

        @Override
        public void bind(Symbols symbols) {}

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            try {
                target.assign(scope, value.evaluate(scope));
            } catch (PythonException e) {
                throw TemplateException.at(line, e);
            }
            return Flow.NEXT;
        }
    }

    record AssignBlock(Target target, Scoped block, int line) implements Statement {
        @Override
        public void declare(Symbols symbols) {
            target.names(symbols::store, symbols::load);
            block.declare(symbols);
        }

        @Override
        public void bind(Symbols symbols) {
            block.bind(symbols);
        }

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            try {
                target.assign(scope, block.value(scope));
            } catch (PythonException e) {
                throw TemplateException.at(line, e);
            }
            return Flow.NEXT;
        }
    }
}
