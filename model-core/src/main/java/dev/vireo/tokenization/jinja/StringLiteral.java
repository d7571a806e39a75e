// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

/** The value of a string literal: Python's escapes, unknown ones left as they are written. */
final class StringLiteral {
    private static final String LETTERS = "abfnrtv\\'\"";
    private static final String VALUES = "\u0007\b\f\n\r\t\u000b\\'\"";

    private final String source;
    private final int line;
    private final StringBuilder out = new StringBuilder();
    private int position;

    private StringLiteral(String source, int line) {
        this.source = source;
        this.line = line;
    }

    static String value(String source, int line) {
        if (source.indexOf('\\') < 0) {
            return source;
        }
        StringLiteral literal = new StringLiteral(source, line);
        while (literal.position < source.length()) {
            literal.next();
        }
        return literal.out.toString();
    }

    private void next() {
        char c = source.charAt(position++);
        if (c != '\\') {
            out.append(c);
            return;
        }
        char escape = source.charAt(position++);
        int letter = LETTERS.indexOf(escape);
        if (letter >= 0) {
            out.append(VALUES.charAt(letter));
        } else if (escape == 'x' || escape == 'u' || escape == 'U') {
            appendCode(escape == 'x' ? 2 : escape == 'u' ? 4 : 8);
        } else if (escape >= '0' && escape <= '7') {
            appendOctal();
        } else if (escape == 'N' || escape > 0x7f) {
            throw TemplateException.refused(line, "the escape '\\" + escape + "' in a string");
        } else if (escape != '\n') {
            out.append('\\').append(escape);
        }
    }

    private void appendCode(int digits) {
        if (position + digits > source.length()) {
            throw TemplateException.wrong(line, "truncated \\x, \\u or \\U escape in a string");
        }
        String code = source.substring(position, position + digits);
        position += digits;
        try {
            int value = Integer.parseUnsignedInt(code, 16);
            if (value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE) {
                throw TemplateException.refused(line, "a surrogate in a string");
            }
            out.appendCodePoint(value);
        } catch (NumberFormatException e) {
            throw TemplateException.wrong(line, "bad escape '" + code + "' in a string");
        }
    }

    private void appendOctal() {
        int end = position;
        while (end < source.length() && end < position + 2 && source.charAt(end) >= '0' && source.charAt(end) <= '7') {
            end++;
        }
        out.appendCodePoint(Integer.parseInt(source.substring(position - 1, end), 8));
        position = end;
    }
}
