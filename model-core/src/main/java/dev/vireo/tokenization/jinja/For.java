// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.PythonException;
import dev.vireo.tokenization.python.Undefined;
import dev.vireo.tokenization.python.Values;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A loop. Its condition is asked as the loop advances; its {@code else} runs when no round came to its end. */
final class For implements Statement {
    private static final String LOOP = "loop";

    private final Target target;
    private final Expression iterated;
    private final Optional<Expression> condition;
    private final List<Statement> body;
    private final List<Statement> otherwise;
    private final int line;
    private Symbols bodySymbols = Symbols.root();
    private Symbols conditionSymbols = Symbols.root();
    private Symbols otherwiseSymbols = Symbols.root();

    For(
            Target target,
            Expression iterated,
            Optional<Expression> condition,
            List<Statement> body,
            List<Statement> otherwise,
            int line) {
        this.target = target;
        this.iterated = iterated;
        this.condition = condition;
        this.body = body;
        this.otherwise = otherwise;
        this.line = line;
    }

    @Override
    public void declare(Symbols symbols) {
        iterated.names(symbols::load);
    }

    @Override
    public void bind(Symbols symbols) {
        bodySymbols = symbols.inner();
        bodySymbols.parameter(LOOP);
        target.names(bodySymbols::parameter, bodySymbols::load);
        Statement.scoped(bodySymbols, body);
        conditionSymbols = symbols.inner();
        target.names(conditionSymbols::parameter, conditionSymbols::load);
        condition.ifPresent(test -> test.names(conditionSymbols::load));
        otherwiseSymbols = Statement.scoped(symbols.inner(), otherwise);
    }

    @Override
    public Flow run(Scope scope, StringBuilder out) {
        Object sequence = evaluate(scope);
        Loop loop = new Loop(sequence, items(sequence, scope));
        boolean finishedOne = false;
        while (hasNext(loop)) {
            Scope round = scope.inner(bodySymbols);
            assign(round, loop.next());
            round.set(LOOP, loop);
            Flow flow = Statement.runAll(body, round, out);
            finishedOne |= flow == Flow.NEXT;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        if (!finishedOne) {
            Flow flow = Statement.runAll(otherwise, scope.inner(otherwiseSymbols), out);
            return flow;
        }
        return Flow.NEXT;
    }

    private Object evaluate(Scope scope) {
        try {
            return iterated.evaluate(scope);
        } catch (PythonException e) {
            throw TemplateException.at(line, e);
        }
    }

    private boolean hasNext(Loop loop) {
        try {
            return loop.hasNext();
        } catch (PythonException e) {
            throw TemplateException.at(line, e);
        }
    }

    private void assign(Scope scope, Object value) {
        try {
            target.assign(scope, value);
        } catch (PythonException e) {
            throw TemplateException.at(line, e);
        }
    }

    private Loop.Items items(Object sequence, Scope scope) {
        try {
            Iterator<Object> all = Values.iterate(sequence);
            if (condition.isEmpty()) {
                return new Loop.Items(
                        all,
                        !(sequence instanceof Undefined)
                                && Values.length(sequence).isPresent());
            }
            return new Loop.Items(new Chosen(all, scope, condition.get()), false);
        } catch (PythonException e) {
            throw TemplateException.at(line, e);
        }
    }

    /** The items for which the condition holds, asked one at a time. */
    private final class Chosen implements Iterator<Object> {
        private final Iterator<Object> all;
        private final Scope scope;
        private final Expression test;
        private Optional<Object> next = Optional.empty();

        Chosen(Iterator<Object> all, Scope outer, Expression test) {
            this.all = all;
            this.scope = outer.inner(conditionSymbols);
            this.test = test;
        }

        @Override
        public boolean hasNext() {
            while (next.isEmpty() && all.hasNext()) {
                Object item = all.next();
                target.assign(scope, item);
                if (Values.truth(test.evaluate(scope))) {
                    next = Optional.of(item);
                }
            }
            return next.isPresent();
        }

        @Override
        public Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Object item = next.orElseThrow();
            next = Optional.empty();
            return item;
        }
    }
}
