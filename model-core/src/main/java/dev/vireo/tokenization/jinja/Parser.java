// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Parses a template's statements by the grammar of jinja2 3.1's {@code parser.py}. */
final class Parser {
    private static final Set<String> REFUSED_TAGS = Set.of(
            "autoescape",
            "block",
            "call",
            "extends",
            "from",
            "import",
            "include",
            "print",
            "with",
            "do",
            "trans",
            "debug",
            "pluralize");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final TargetParser targets;
    private int loops;
    private boolean inFor;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
        this.targets = new TargetParser(tokens, expressions);
    }

    static List<Statement> parse(String template) {
        Parser parser = new Parser(new TokenStream(Lexer.tokens(template)));
        return parser.statements(Set.of());
    }

    /** Statements up to one of these tags, whose name is the current token then; up to the end if there are none. */
    private List<Statement> statements(Set<String> ends) {
        List<Statement> body = new ArrayList<>();
        tokens.enter();
        while (!tokens.at(Kind.END)) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new Statements.Data(token.text()));
                case VARIABLE_BEGIN -> {
                    body.add(new Statements.Output(expressions.tuple(), token.line()));
                    tokens.expect(Kind.VARIABLE_END);
                }
                default -> {
                    if (tokens.at(Kind.NAME) && ends.contains(tokens.current().text())) {
                        tokens.leave();
                        return body;
                    }
                    body.add(statement());
                    tokens.expect(Kind.BLOCK_END);
                }
            }
        }
        if (!ends.isEmpty()) {
            throw TemplateException.wrong(tokens.current().line(), "the template ends before one of " + ends);
        }
        tokens.leave();
        return body;
    }

    /** The body of a tag that was just read, up to an end tag whose name is read as well. */
    private List<Statement> body(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        return statements(Set.of(ends));
    }

    private List<Statement> wholeBody(String end) {
        List<Statement> body = body(end);
        tokens.next();
        return body;
    }

    private Statement statement() {
        Token tag = tokens.expect(Kind.NAME);
        return switch (tag.text()) {
            case "set" -> set(tag.line());
            case "for" -> loop(tag.line());
            case "if" -> condition(tag.line());
            case "macro" -> macro(tag.line());
            case "generation" -> {
                List<Statement> body = isolated(() -> wholeBody("endgeneration"));
                yield new Scoped(List.of(), body, tag.line());
            }
            case "filter" -> {
                List<Calls.Filter> filters = expressions.filterChain();
                yield new Scoped(filters, isolated(() -> wholeBody("endfilter")), tag.line());
            }
            case "break" -> jump(Statement.Flow.BREAK, tag);
            case "continue" -> jump(Statement.Flow.CONTINUE, tag);
            default -> throw unknown(tag);
        };
    }

    private static TemplateException unknown(Token tag) {
        return REFUSED_TAGS.contains(tag.text())
                ? TemplateException.refused(tag.line(), "tag '" + tag.text() + "'")
                : TemplateException.wrong(tag.line(), "Encountered unknown tag '" + tag.text() + "'");
    }

    private Statement jump(Statement.Flow flow, Token tag) {
        if (loops == 0) {
            throw TemplateException.wrong(tag.line(), "'" + tag.text() + "' outside a loop");
        }
        return new Statements.Jump(flow);
    }

    /** What runs in a function of its own: a loop around it cannot be left from within. */
    private List<Statement> isolated(Supplier<List<Statement>> body) {
        int outerLoops = loops;
        loops = 0;
        List<Statement> statements = body.get();
        loops = outerLoops;
        return statements;
    }

    private Statement set(int line) {
        Target target = targets.target(true);
        if (tokens.skipOperator("=")) {
            return new Assignments.Assign(target, expressions.tuple(), line);
        }
        List<Calls.Filter> filters = new ArrayList<>();
        while (tokens.skipOperator("|")) {
            filters.addAll(expressions.filterChain());
        }
        List<Statement> body = wholeBody("endset");
        return new Assignments.AssignBlock(target, new Scoped(filters, body, line), line);
    }

    private Statement loop(int line) {
        Target target = targets.target(false);
        tokens.expectName("in");
        Expression iterated = expressions.iterated();
        Optional<Expression> condition =
                tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        if (tokens.current().isName("recursive")) {
            throw TemplateException.refused(line, "a recursive loop");
        }
        boolean outer = inFor;
        inFor = true;
        loops++;
        List<Statement> body = body("endfor", "else");
        loops--;
        boolean hasElse = tokens.next().isName("else");
        List<Statement> otherwise = hasElse ? wholeBody("endfor") : List.of();
        inFor = outer;
        return new For(target, iterated, condition, body, otherwise, line);
    }

    private Statement condition(int line) {
        Expression test = expressions.condition();
        List<Statement> body = body("elif", "else", "endif");
        List<Statements.If> others = new ArrayList<>();
        List<Statement> otherwise = List.of();
        Token end = tokens.next();
        while (end.isName("elif")) {
            Expression other = expressions.condition();
            others.add(new Statements.If(other, body("elif", "else", "endif"), List.of(), List.of(), end.line()));
            end = tokens.next();
        }
        if (end.isName("else")) {
            otherwise = wholeBody("endif");
        }
        return new Statements.If(test, body, others, otherwise, line);
    }

    private Statement macro(int line) {
        if (inFor) {
            throw TemplateException.refused(line, "a macro within a loop");
        }
        String name = targets.assignedName();
        List<Macro.Parameter> parameters = targets.signature();
        List<Statement> body = isolated(() -> wholeBody("endmacro"));
        return new Macro(name, parameters, body);
    }
}
