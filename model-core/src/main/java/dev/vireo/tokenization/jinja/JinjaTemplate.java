// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A parsed chat template. Rendering does not change it, so that threads may share one.
 *
 * <p>Follows jinja2 3.1.6 and {@code transformers/utils/chat_template_utils.py} of transformers 5.23.
 */
public final class JinjaTemplate {
    private final List<Statement> statements;
    private final Symbols symbols;
    private final Map<String, Object> functions;

    private JinjaTemplate(List<Statement> statements, Clock clock) {
        this.statements = statements;
        this.symbols = Statement.scoped(Symbols.root(), statements);
        this.functions = Globals.functions(clock);
    }

    /**
     * Parses a template; {@code strftime_now} tells the local time.
     *
     * @throws TemplateException if jinja2 would not parse it, or if it holds a tag, filter, test or method that is not known here
     */
    public static JinjaTemplate parse(String source) {
        return parse(source, Clock.systemDefaultZone());
    }

    /** Parses a template for which {@code strftime_now} tells another time. */
    public static JinjaTemplate parse(String source, Clock clock) {
        return new JinjaTemplate(Parser.parse(source), clock);
    }

    /**
     * Renders the template.
     *
     * @param variables values as {@code dev.vireo.tokenization.python} describes them
     * @throws TemplateException if jinja2 would raise, or if something is asked for that is not imitated exactly
     */
    public String render(Map<String, Object> variables) {
        Map<String, Object> context = new HashMap<>(functions);
        context.putAll(variables);
        StringBuilder out = new StringBuilder();
        Statement.runAll(statements, Scope.root(symbols, context), out);
        return out.toString();
    }
}
