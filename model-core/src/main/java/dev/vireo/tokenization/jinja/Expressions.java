// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.Arithmetic;
import dev.vireo.tokenization.python.Attributes;
import dev.vireo.tokenization.python.Comparison;
import dev.vireo.tokenization.python.None;
import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Tuple;
import dev.vireo.tokenization.python.Undefined;
import dev.vireo.tokenization.python.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The kinds of expression, except for those that call something. */
final class Expressions {
    private Expressions() {}

    record Constant(Object value) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return value;
        }

        @Override
        public void names(Consumer<String> visitor) {}
    }

    record Name(String name) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return scope.get(name);
        }

        @Override
        public void names(Consumer<String> visitor) {
            visitor.accept(name);
        }
    }

    record Attribute(Expression of, String name) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Attributes.named(of.evaluate(scope), name);
        }

        @Override
        public void names(Consumer<String> visitor) {
            of.names(visitor);
        }
    }

    record Item(Expression of, Expression key) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Attributes.item(of.evaluate(scope), key.evaluate(scope));
        }

        @Override
        public void names(Consumer<String> visitor) {
            of.names(visitor);
            key.names(visitor);
        }
    }

    record Slice(Expression of, Expression start, Expression stop, Expression step) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Attributes.slice(
                    of.evaluate(scope), start.evaluate(scope), stop.evaluate(scope), step.evaluate(scope));
        }

        @Override
        public void names(Consumer<String> visitor) {
            List.of(of, start, stop, step).forEach(each -> each.names(visitor));
        }
    }

    record Sequence(List<Expression> items, boolean tuple) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            List<Object> values = new ArrayList<>();
            items.forEach(each -> values.add(each.evaluate(scope)));
            return tuple ? new Tuple(values) : values;
        }

        @Override
        public void names(Consumer<String> visitor) {
            items.forEach(each -> each.names(visitor));
        }
    }

    record Dict(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                if (!(keys.get(i).evaluate(scope) instanceof String key)) {
                    throw PythonException.refused("a dict key that is not a string");
                }
                map.put(key, values.get(i).evaluate(scope));
            }
            return map;
        }

        @Override
        public void names(Consumer<String> visitor) {
            keys.forEach(each -> each.names(visitor));
            values.forEach(each -> each.names(visitor));
        }
    }

    record Binary(Arithmetic operator, Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return operator.apply(left.evaluate(scope), right.evaluate(scope));
        }

        @Override
        public void names(Consumer<String> visitor) {
            left.names(visitor);
            right.names(visitor);
        }
    }

    record Concat(List<Expression> parts) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            StringBuilder text = new StringBuilder();
            parts.forEach(each -> text.append(Values.str(each.evaluate(scope))));
            return text.toString();
        }

        @Override
        public void names(Consumer<String> visitor) {
            parts.forEach(each -> each.names(visitor));
        }
    }

    /** {@code and} and {@code or}: the operand that decides. */
    record Logic(boolean and, Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object first = left.evaluate(scope);
            return Values.truth(first) == and ? right.evaluate(scope) : first;
        }

        @Override
        public void names(Consumer<String> visitor) {
            left.names(visitor);
            right.names(visitor);
        }
    }

    record Not(Expression operand) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return !Values.truth(operand.evaluate(scope));
        }

        @Override
        public void names(Consumer<String> visitor) {
            operand.names(visitor);
        }
    }

    record Negative(Expression operand) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = operand.evaluate(scope);
            if (value instanceof Undefined undefined) {
                throw undefined.failure();
            }
            return Arithmetic.negative(value);
        }

        @Override
        public void names(Consumer<String> visitor) {
            operand.names(visitor);
        }
    }

    /** {@code first op second op third}: every neighbouring pair must hold. */
    record Compare(Expression first, List<String> operators, List<Expression> others) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object left = first.evaluate(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = others.get(i).evaluate(scope);
                if (!Comparison.holds(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }

        @Override
        public void names(Consumer<String> visitor) {
            first.names(visitor);
            others.forEach(each -> each.names(visitor));
        }
    }

    /** {@code value if test else otherwise}. */
    record Conditional(Expression test, Expression value, Expression otherwise) implements Expression {
        /** What a missing {@code else} gives. */
        static final Expression NO_ELSE =
                new Constant(new Undefined("the inline if-expression was false and has no else section"));

        @Override
        public Object evaluate(Scope scope) {
            return Values.truth(test.evaluate(scope)) ? value.evaluate(scope) : otherwise.evaluate(scope);
        }

        @Override
        public void names(Consumer<String> visitor) {
            List.of(test, value, otherwise).forEach(each -> each.names(visitor));
        }
    }

    /** What a slice leaves out. */
    static final Expression NOTHING = new Constant(None.NONE);
}
