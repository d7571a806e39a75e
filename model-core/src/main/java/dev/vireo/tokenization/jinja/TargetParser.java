// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses what is assigned to: the names of {@code set} and {@code for}, and the parameters of macros. */
final class TargetParser {
    private static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");

    private final TokenStream tokens;
    private final ExpressionParser expressions;

    TargetParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    String assignedName() {
        Token name = tokens.expect(Kind.NAME);
        if (name.text().equals("loop") || OperandParser.REFUSED_NAMES.contains(name.text())) {
            throw TemplateException.refused(name.line(), "assigning to '" + name.text() + "'");
        }
        if (CONSTANTS.contains(name.text())) {
            throw TemplateException.wrong(name.line(), "can't assign to '" + name.text() + "'");
        }
        return name.text();
    }

    /** Names that commas part, in parentheses or not; {@code members}: also attributes of namespaces. */
    Target target(boolean members) {
        List<Target> targets = new ArrayList<>(List.of(oneTarget(members)));
        boolean unpacks = false;
        while (tokens.skipOperator(",")) {
            unpacks = true;
            Token token = tokens.current();
            if (token.isOperator("=") || token.isName("in") || token.isOperator(")")) {
                break;
            }
            targets.add(oneTarget(members));
        }
        return unpacks ? new Target.Unpacked(targets) : targets.get(0);
    }

    private Target oneTarget(boolean members) {
        if (tokens.skipOperator("(")) {
            Target inner = target(members);
            tokens.expectOperator(")");
            return inner;
        }
        String name = assignedName();
        if (tokens.current().isOperator(".")) {
            if (!members) {
                throw TemplateException.refused(tokens.current().line(), "a loop over an attribute");
            }
            tokens.next();
            return new Target.Member(name, tokens.expect(Kind.NAME).text());
        }
        return new Target.Name(name);
    }

    List<Macro.Parameter> signature() {
        tokens.expectOperator("(");
        List<Macro.Parameter> parameters = new ArrayList<>();
        boolean standards = false;
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = assignedName();
            boolean hasStandard = tokens.skipOperator("=");
            if (standards && !hasStandard) {
                throw tokens.unexpected("a default value for parameter '" + name + "'");
            }
            standards |= hasStandard;
            parameters.add(
                    new Macro.Parameter(name, hasStandard ? Optional.of(expressions.expression()) : Optional.empty()));
        }
        return parameters;
    }
}
