// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.jinja.Token.Kind;
import java.util.List;
import java.util.Locale;

/** A template's tokens and where the parser stands. */
final class TokenStream {
    private static final int DEEPEST = 200;

    private final List<Token> tokens;
    private int position;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    Token look() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        if (token.kind() != Kind.END) {
            position++;
        }
        return token;
    }

    boolean at(Kind kind) {
        return current().kind() == kind;
    }

    Token expect(Kind kind) {
        if (!at(kind)) {
            throw unexpected(kind.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    TemplateException unexpected(String expected) {
        return TemplateException.wrong(
                current().line(), "expected " + expected + ", got " + current().describe());
    }

    boolean skipOperator(String operator) {
        boolean there = current().isOperator(operator);
        position += there ? 1 : 0;
        return there;
    }

    boolean skipName(String name) {
        boolean there = current().isName(name);
        position += there ? 1 : 0;
        return there;
    }

    /** Goes one level deeper; nesting has a limit so that no template exhausts the stack. */
    void enter() {
        if (depth++ == DEEPEST) {
            throw TemplateException.refused(current().line(), "nesting deeper than " + DEEPEST);
        }
    }

    void leave() {
        depth--;
    }
}
