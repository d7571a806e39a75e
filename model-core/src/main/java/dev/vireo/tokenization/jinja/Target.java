// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Namespace;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Values;
import java.util.List;
import java.util.function.Consumer;

/** What a value is assigned to. */
interface Target {

    void assign(Scope scope, Object value);

    /** Visits the names that it assigns, and those that it reads. */
    void names(Consumer<String> assigned, Consumer<String> read);

    record Name(String name) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            scope.set(name, value);
        }

        @Override
        public void names(Consumer<String> assigned, Consumer<String> read) {
            assigned.accept(name);
        }
    }

    /** An attribute of a namespace. */
    record Member(String namespace, String name) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            if (!(scope.get(namespace) instanceof Namespace object)) {
                throw PythonException.raised("cannot assign attribute on non-namespace object");
            }
            object.set(name, value);
        }

        @Override
        public void names(Consumer<String> assigned, Consumer<String> read) {
            read.accept(namespace);
        }
    }

    record Unpacked(List<Target> targets) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            List<Object> values = Values.list(value);
            if (values.size() != targets.size()) {
                throw PythonException.raised(
                        "cannot unpack %d values into %d names".formatted(values.size(), targets.size()));
            }
            for (int i = 0; i < values.size(); i++) {
                targets.get(i).assign(scope, values.get(i));
            }
        }

        @Override
        public void names(Consumer<String> assigned, Consumer<String> read) {
            targets.forEach(each -> each.names(assigned, read));
        }
    }
}
