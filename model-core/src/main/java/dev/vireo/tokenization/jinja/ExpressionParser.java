// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.jinja.Expressions.Binary;
import dev.vireo.tokenization.jinja.Expressions.Compare;
import dev.vireo.tokenization.jinja.Expressions.Concat;
import dev.vireo.tokenization.jinja.Expressions.Conditional;
import dev.vireo.tokenization.jinja.Expressions.Logic;
import dev.vireo.tokenization.jinja.Expressions.Not;
import dev.vireo.tokenization.jinja.Token.Kind;
import dev.vireo.tokenization.python.Arithmetic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Parses expressions from the weakest operator, {@code if}, to {@code **}; {@link OperandParser} does the rest. */
final class ExpressionParser {
    private static final Set<String> COMPARES = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Map<String, Arithmetic> SUMS = Map.of("+", Arithmetic.ADD, "-", Arithmetic.SUBTRACT);
    private static final Map<String, Arithmetic> PRODUCTS = Map.of(
            "*", Arithmetic.MULTIPLY,
            "/", Arithmetic.DIVIDE,
            "//", Arithmetic.FLOOR_DIVIDE,
            "%", Arithmetic.MODULO);

    private final TokenStream tokens;
    private final OperandParser operands;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
        this.operands = new OperandParser(tokens, this);
    }

    /** One expression, or a tuple of those that commas part. */
    Expression tuple() {
        return tuple(true, false);
    }

    /** What a loop walks: its {@code if} belongs to the loop. */
    Expression iterated() {
        return tuple(false, false);
    }

    Expression condition() {
        return tuple(false, false);
    }

    /** @param conditional whether {@code a if b} is part of it; {@code emptyAllowed} after an opening parenthesis */
    Expression tuple(boolean conditional, boolean emptyAllowed) {
        List<Expression> items = new ArrayList<>();
        boolean isTuple = false;
        while (!atTupleEnd()) {
            items.add(conditional ? expression() : or());
            if (!tokens.skipOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (!isTuple && items.size() == 1) {
            return items.get(0);
        }
        if (!isTuple && !emptyAllowed) {
            throw tokens.unexpected("an expression");
        }
        return new Expressions.Sequence(items, true);
    }

    private boolean atTupleEnd() {
        Token token = tokens.current();
        return token.kind() == Kind.VARIABLE_END
                || token.kind() == Kind.BLOCK_END
                || token.isOperator(")")
                || token.isName("recursive");
    }

    Expression expression() {
        tokens.enter();
        Expression value = or();
        while (tokens.skipName("if")) {
            Expression test = or();
            Expression otherwise = tokens.skipName("else") ? expression() : Conditional.NO_ELSE;
            value = new Conditional(test, value, otherwise);
        }
        tokens.leave();
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.skipName("or")) {
            left = new Logic(false, left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.skipName("and")) {
            left = new Logic(true, left, not());
        }
        return left;
    }

    private Expression not() {
        if (!tokens.skipName("not")) {
            return compare();
        }
        tokens.enter();
        Expression operand = not();
        tokens.leave();
        return new Not(operand);
    }

    private Expression compare() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        Optional<String> operator = compareOperator();
        while (operator.isPresent()) {
            operators.add(operator.get());
            others.add(sum());
            operator = compareOperator();
        }
        return operators.isEmpty() ? first : new Compare(first, operators, others);
    }

    private Optional<String> compareOperator() {
        Token token = tokens.current();
        if (token.kind() == Kind.OPERATOR && COMPARES.contains(token.text())) {
            return Optional.of(tokens.next().text());
        }
        if (tokens.skipName("in")) {
            return Optional.of("in");
        }
        if (token.isName("not") && tokens.look().isName("in")) {
            tokens.next();
            tokens.next();
            return Optional.of("not in");
        }
        return Optional.empty();
    }

    private Expression sum() {
        Expression left = concat();
        while (tokens.at(Kind.OPERATOR) && SUMS.containsKey(tokens.current().text())) {
            Arithmetic operator = arithmetic(SUMS);
            left = new Binary(operator, left, concat());
        }
        return left;
    }

    private Expression concat() {
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.get(0) : new Concat(parts);
    }

    private Expression product() {
        Expression left = power();
        while (tokens.at(Kind.OPERATOR) && PRODUCTS.containsKey(tokens.current().text())) {
            Arithmetic operator = arithmetic(PRODUCTS);
            left = new Binary(operator, left, power());
        }
        return left;
    }

    private Arithmetic arithmetic(Map<String, Arithmetic> operators) {
        Arithmetic operator = operators.get(tokens.next().text());
        if (operator == null) {
            throw new IllegalStateException("Cannot parse an operator: none stands here");
        }
        return operator;
    }

    private Expression power() {
        Expression left = operands.unary(true);
        if (tokens.current().isOperator("**")) {
            throw TemplateException.refused(tokens.current().line(), "operator '**'");
        }
        return left;
    }

    /** A filter's name and arguments, and the filters after it. */
    List<Calls.Filter> filterChain() {
        List<Calls.Filter> filters = new ArrayList<>(List.of(operands.filter()));
        while (tokens.skipOperator("|")) {
            filters.add(operands.filter());
        }
        return filters;
    }
}
