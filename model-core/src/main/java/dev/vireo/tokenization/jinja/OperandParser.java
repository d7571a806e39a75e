// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.jinja.Expressions.Constant;
import dev.vireo.tokenization.jinja.Token.Kind;
import dev.vireo.tokenization.python.Methods;
import dev.vireo.tokenization.python.None;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses literals and names with what follows them: attributes, items, calls, filters and tests. */
final class OperandParser {
    static final Set<String> REFUSED_NAMES =
            Set.of("self", "super", "caller", "varargs", "kwargs", "lipsum", "cycler", "joiner");
    private static final Set<String> AFTER_TEST = Set.of("else", "or", "and");

    private final TokenStream tokens;
    private final ExpressionParser expressions;

    OperandParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Expression unary(boolean filtered) {
        tokens.enter();
        Expression operand;
        if (tokens.skipOperator("-")) {
            operand = new Expressions.Negative(unary(false));
        } else if (tokens.current().isOperator("+")) {
            throw TemplateException.refused(tokens.current().line(), "unary '+'");
        } else {
            operand = primary();
        }
        operand = postfix(operand);
        Expression whole = filtered ? filtersAndTests(operand) : operand;
        tokens.leave();
        return whole;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> name(token);
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.at(Kind.STRING)) {
                    text.append(tokens.next().text());
                }
                yield new Constant(text.toString());
            }
            case INTEGER -> new Constant(integer(token));
            case FLOAT -> new Constant(Double.parseDouble(token.text()));
            case OPERATOR -> bracketed(token);
            default -> throw TemplateException.wrong(token.line(), "unexpected " + token.describe());
        };
    }

    private static Expression name(Token token) {
        if (REFUSED_NAMES.contains(token.text())) {
            throw TemplateException.refused(token.line(), "name '" + token.text() + "'");
        }
        return switch (token.text()) {
            case "true", "True" -> new Constant(true);
            case "false", "False" -> new Constant(false);
            case "none", "None" -> new Constant(None.NONE);
            default -> new Expressions.Name(token.text());
        };
    }

    private static Long integer(Token token) {
        try {
            return Long.valueOf(token.text());
        } catch (NumberFormatException e) {
            throw TemplateException.refused(token.line(), "the number " + token.text());
        }
    }

    private Expression bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                Expression inner = expressions.tuple(true, true);
                tokens.expectOperator(")");
                yield inner;
            }
            case "[" -> new Expressions.Sequence(items("]"), false);
            case "{" -> dict();
            default -> throw TemplateException.wrong(token.line(), "unexpected " + token.describe());
        };
    }

    private List<Expression> items(String end) {
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator(end)) {
            items.add(expressions.expression());
            if (!tokens.skipOperator(",") && !tokens.current().isOperator(end)) {
                throw tokens.unexpected("','");
            }
        }
        return items;
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            keys.add(expressions.expression());
            tokens.expectOperator(":");
            values.add(expressions.expression());
            if (!tokens.skipOperator(",") && !tokens.current().isOperator("}")) {
                throw tokens.unexpected("','");
            }
        }
        return new Expressions.Dict(keys, values);
    }

    private Expression postfix(Expression operand) {
        Expression whole = operand;
        while (true) {
            if (tokens.skipOperator(".")) {
                whole = attribute(whole);
            } else if (tokens.skipOperator("[")) {
                whole = subscript(whole);
            } else if (tokens.current().isOperator("(")) {
                whole = call(whole);
            } else {
                return whole;
            }
        }
    }

    private Expression attribute(Expression of) {
        Token name = tokens.next();
        if (name.kind() == Kind.INTEGER) {
            return new Expressions.Item(of, new Constant(integer(name)));
        }
        if (name.kind() != Kind.NAME) {
            throw TemplateException.wrong(name.line(), "expected name or number, got " + name.describe());
        }
        if (tokens.current().isOperator("(") && Methods.isUnsupported(name.text())) {
            throw TemplateException.refused(name.line(), "method '" + name.text() + "()'");
        }
        return new Expressions.Attribute(of, name.text());
    }

    private Expression subscript(Expression of) {
        Expression start = tokens.current().isOperator(":") ? Expressions.NOTHING : expressions.expression();
        Expression whole;
        if (tokens.skipOperator(":")) {
            Expression stop = sliceEnd();
            Expression step = tokens.skipOperator(":") ? sliceEnd() : Expressions.NOTHING;
            whole = new Expressions.Slice(of, start, stop, step);
        } else {
            whole = new Expressions.Item(of, start);
        }
        if (tokens.current().isOperator(",")) {
            throw TemplateException.refused(tokens.current().line(), "a subscript of several values");
        }
        tokens.expectOperator("]");
        return whole;
    }

    private Expression sliceEnd() {
        Token token = tokens.current();
        boolean ends = token.isOperator(":") || token.isOperator("]") || token.isOperator(",");
        return ends ? Expressions.NOTHING : expressions.expression();
    }

    private Expression call(Expression function) {
        int line = tokens.current().line();
        return new Calls.Call(function, arguments(), line);
    }

    private Calls.Given arguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> keywords = new LinkedHashMap<>();
        while (!tokens.skipOperator(")")) {
            Token token = tokens.current();
            if (token.isOperator("*") || token.isOperator("**")) {
                throw TemplateException.refused(token.line(), "'" + token.text() + "' in a call");
            }
            if (token.kind() == Kind.NAME && tokens.look().isOperator("=")) {
                tokens.next();
                tokens.next();
                if (keywords.put(token.text(), expressions.expression()) != null) {
                    throw TemplateException.wrong(token.line(), "keyword argument repeated: " + token.text());
                }
            } else if (keywords.isEmpty()) {
                positional.add(expressions.expression());
            } else {
                throw TemplateException.wrong(token.line(), "invalid syntax for function call expression");
            }
            if (!tokens.skipOperator(",") && !tokens.current().isOperator(")")) {
                throw tokens.unexpected("','");
            }
        }
        return new Calls.Given(positional, keywords);
    }

    private Expression filtersAndTests(Expression operand) {
        Expression whole = operand;
        while (true) {
            if (tokens.skipOperator("|")) {
                whole = new Calls.Filtered(whole, filter());
            } else if (tokens.skipName("is")) {
                whole = test(whole);
            } else if (tokens.current().isOperator("(")) {
                whole = call(whole);
            } else {
                return whole;
            }
        }
    }

    Calls.Filter filter() {
        Token name = tokens.expect(Kind.NAME);
        if (!Filters.knows(name.text()) || tokens.current().isOperator(".")) {
            throw TemplateException.refused(name.line(), "filter '" + name.text() + "'");
        }
        Calls.Given given = tokens.current().isOperator("(") ? arguments() : Calls.Given.NONE;
        return new Calls.Filter(name.text(), given, name.line());
    }

    private Expression test(Expression operand) {
        boolean negated = tokens.skipName("not");
        Token name = tokens.expect(Kind.NAME);
        if (!Tests.knows(name.text()) || tokens.current().isOperator(".")) {
            throw TemplateException.refused(name.line(), "test '" + name.text() + "'");
        }
        Expression test = new Calls.Tested(operand, name.text(), testArguments(), name.line());
        return negated ? new Expressions.Not(test) : test;
    }

    private Calls.Given testArguments() {
        Token token = tokens.current();
        if (token.isOperator("(")) {
            return arguments();
        }
        boolean operand =
                switch (token.kind()) {
                    case NAME -> !AFTER_TEST.contains(token.text());
                    case STRING, INTEGER, FLOAT -> true;
                    case OPERATOR -> token.isOperator("[") || token.isOperator("{");
                    default -> false;
                };
        if (!operand) {
            return Calls.Given.NONE;
        }
        if (token.isName("is")) {
            throw TemplateException.wrong(token.line(), "You cannot chain multiple tests with is");
        }
        return new Calls.Given(List.of(postfix(primary())), Map.of());
    }
}
