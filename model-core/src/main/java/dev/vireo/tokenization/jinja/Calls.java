// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arguments;
import dev.vireo.tokenization.python.Callable;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Undefined;
import dev.vireo.tokenization.python.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The kinds of expression that call something: a function, a filter, a test. */
final class Calls {
    private Calls() {}

    /** The written arguments of a call. */
    record Given(List<Expression> positional, Map<String, Expression> keywords) {
        static final Given NONE = new Given(List.of(), Map.of());

        Arguments evaluate(Scope scope) {
            List<Object> values = new ArrayList<>();
            positional.forEach(each -> values.add(each.evaluate(scope)));
            Map<String, Object> named = new LinkedHashMap<>();
            keywords.forEach((name, value) -> named.put(name, value.evaluate(scope)));
            return new Arguments(values, named);
        }

        void names(Consumer<String> visitor) {
            positional.forEach(each -> each.names(visitor));
            keywords.values().forEach(each -> each.names(visitor));
        }
    }

    record Call(Expression function, Given given, int line) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object target = function.evaluate(scope);
            Arguments arguments = given.evaluate(scope);
            try {
                if (target instanceof Callable callable) {
                    return callable.call(arguments);
                }
                if (target instanceof Undefined undefined) {
                    throw undefined.failure();
                }
                throw PythonException.raised("'" + Values.typeName(target) + "' object is not callable");
            } catch (PythonException e) {
                throw TemplateException.at(line, e);
            }
        }

        @Override
        public void names(Consumer<String> visitor) {
            function.names(visitor);
            given.names(visitor);
        }
    }

    record Filtered(Expression operand, Filter filter) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return filter.apply(operand.evaluate(scope), scope);
        }

        @Override
        public void names(Consumer<String> visitor) {
            operand.names(visitor);
            filter.given().names(visitor);
        }
    }

    record Tested(Expression operand, String test, Given given, int line) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = operand.evaluate(scope);
            Arguments arguments = given.evaluate(scope);
            try {
                return Tests.apply(test, value, arguments);
            } catch (PythonException e) {
                throw TemplateException.at(line, e);
            }
        }

        @Override
        public void names(Consumer<String> visitor) {
            operand.names(visitor);
            given.names(visitor);
        }
    }

    /** A filter of a block: the value comes from elsewhere. */
    record Filter(String name, Given given, int line) {
        Object apply(Object value, Scope scope) {
            Arguments arguments = given.evaluate(scope);
            try {
                return Filters.apply(name, value, arguments);
            } catch (PythonException e) {
                throw TemplateException.at(line, e);
            }
        }
    }
}
