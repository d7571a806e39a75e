// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.jinja.Token.Kind;
import dev.vireo.tokenization.python.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens by the rules of jinja2 3.1's {@code lexer.py} with {@code trim_blocks} and {@code lstrip_blocks}:
 * the first newline after a block or comment is dropped, blanks before one that begins its line too.
 */
final class Lexer {
    /** Python's {@code \s}. */
    private static final String BLANK =
            "[\\x09-\\x0D\\x1C-\\x20\\x85\\xA0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]";

    private static final Pattern NEWLINE = Pattern.compile("\r\n|\r");
    private static final Pattern OPENING = Pattern.compile(
            "(\\{%([-+]?)" + BLANK + "*raw" + BLANK + "*(?:-%\\}" + BLANK + "*|%\\}))|(\\{\\{|\\{#|\\{%)([-+]?)");
    private static final Pattern RAW_END =
            Pattern.compile("\\{%([-+]?)" + BLANK + "*endraw" + BLANK + "*(?:\\+%\\}|-%\\}" + BLANK + "*|%\\}\n?)");
    private static final Pattern COMMENT_END = Pattern.compile("\\+#\\}|-#\\}" + BLANK + "*|#\\}\n?");
    private static final Pattern BLOCK_END = Pattern.compile("\\+%\\}|-%\\}" + BLANK + "*|%\\}\n?");
    private static final Pattern VARIABLE_END = Pattern.compile("-\\}\\}" + BLANK + "*|\\}\\}");
    private static final Pattern BLANKS = Pattern.compile(BLANK + "+");
    private static final String DIGITS = "(?:[0-9]+_)*[0-9]+";
    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)" + DIGITS + "(?:(?:\\." + DIGITS + ")?[eE][+-]?" + DIGITS + "|\\." + DIGITS + ")");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+");
    private static final Pattern STRING =
            Pattern.compile("'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\"", Pattern.DOTALL);
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int position;
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = NEWLINE.matcher(template).replaceAll("\n");
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        Matcher opening = OPENING.matcher(source);
        while (position < source.length()) {
            if (!opening.find(position)) {
                add(Kind.DATA, source.substring(position));
                position = source.length();
            } else {
                boolean raw = opening.group(1) != null;
                String tag = raw ? "{%" : opening.group(3);
                addText(source.substring(position, opening.start()), raw ? opening.group(2) : opening.group(4), tag);
                position = opening.start();
                int inside = opening.end();
                lineStarting = source.charAt(inside - 1) == '\n';
                enter(raw ? "raw" : tag, inside);
            }
        }
        tokens.add(new Token(Kind.END, "", line()));
    }

    private void enter(String tag, int inside) {
        switch (tag) {
            case "raw" -> skipRaw(inside);
            case "{#" -> {
                Matcher end = COMMENT_END.matcher(source);
                if (!end.find(inside)) {
                    throw TemplateException.wrong(line(), "Missing end of comment tag");
                }
                leave(end);
            }
            case "{{" -> lexInside(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, VARIABLE_END, inside);
            default -> lexInside(Kind.BLOCK_BEGIN, Kind.BLOCK_END, BLOCK_END, inside);
        }
    }

    private void leave(Matcher end) {
        position = end.end();
        lineStarting = source.charAt(position - 1) == '\n';
    }

    private void skipRaw(int inside) {
        Matcher end = RAW_END.matcher(source);
        if (!end.find(inside)) {
            throw TemplateException.wrong(line(), "Missing end of raw directive");
        }
        position = inside;
        addText(source.substring(inside, end.start()), end.group(1), "{%");
        leave(end);
    }

    /** Template text before a tag, without the blanks that the tag removes. */
    private void addText(String text, String sign, String tag) {
        if (sign.equals("-")) {
            add(Kind.DATA, Text.stripEnd(text, Text::isSpace));
            return;
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean strips = sign.isEmpty() && !tag.equals("{{") && (lineStart > 0 || lineStarting);
        boolean blank = strips && BLANKS.matcher(text.substring(lineStart)).matches();
        add(Kind.DATA, blank ? text.substring(0, lineStart) : text);
    }

    private void lexInside(Kind begin, Kind endKind, Pattern endPattern, int inside) {
        tokens.add(new Token(begin, "", line()));
        position = inside;
        open.clear();
        while (true) {
            Matcher end = endPattern.matcher(source).region(position, source.length());
            if (open.isEmpty() && end.lookingAt()) {
                tokens.add(new Token(endKind, "", line()));
                leave(end);
                return;
            }
            if (position >= source.length()) {
                throw TemplateException.wrong(line(), "the template ends within a tag");
            }
            next();
        }
    }

    private void next() {
        if (match(BLANKS) != null) {
            return;
        }
        int line = line();
        String text = match(FLOAT);
        if (text != null) {
            tokens.add(new Token(Kind.FLOAT, text.replace("_", ""), line));
        } else if ((text = match(INTEGER)) != null) {
            tokens.add(new Token(Kind.INTEGER, text.replace("_", ""), line));
        } else if ((text = match(NAME)) != null) {
            if (Character.isDigit(text.charAt(0))) {
                throw TemplateException.wrong(line, "Invalid character in identifier '" + text + "'");
            }
            tokens.add(new Token(Kind.NAME, text, line));
        } else if ((text = match(STRING)) != null) {
            tokens.add(new Token(Kind.STRING, StringLiteral.value(text.substring(1, text.length() - 1), line), line));
        } else if ((text = match(OPERATOR)) != null) {
            balance(text, line);
            tokens.add(new Token(Kind.OPERATOR, text, line));
        } else {
            throw TemplateException.wrong(
                    line, "unexpected character '" + Character.toString(source.codePointAt(position)) + "'");
        }
    }

    private @org.jspecify.annotations.Nullable String match(Pattern pattern) {
        Matcher matcher =
                pattern.matcher(source).region(position, source.length()).useTransparentBounds(true);
        if (!matcher.lookingAt()) {
            return null;
        }
        position = matcher.end();
        return matcher.group();
    }

    private void balance(String operator, int line) {
        int closing = "}])".indexOf(operator);
        if ("{[(".contains(operator)) {
            open.push(operator.equals("{") ? "}" : operator.equals("[") ? "]" : ")");
        } else if (closing >= 0 && (open.isEmpty() || !open.pop().equals(operator))) {
            throw TemplateException.wrong(line, "unexpected '" + operator + "'");
        }
    }

    private void add(Kind kind, String text) {
        if (!text.isEmpty()) {
            tokens.add(new Token(kind, text, line()));
        }
    }

    private int line() {
        int line = 1;
        for (int i = 0; i < position; i++) {
            line += source.charAt(i) == '\n' ? 1 : 0;
        }
        return line;
    }
}
