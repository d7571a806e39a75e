// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Python's {@code str}: a sequence of code points, with Python's own idea of a blank. */
public final class Text {
    private static final int FINAL_SIGMA = 0x3A3;

    private Text() {}

    /** Whether Python counts the character as white space. */
    public static boolean isSpace(int c) {
        return c >= 0x09 && c <= 0x0D
                || c >= 0x1C && c <= 0x20
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || c >= 0x2000 && c <= 0x200A
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    /** The characters as strings of one. */
    static List<Object> characters(String text) {
        List<Object> characters = new ArrayList<>();
        text.codePoints().forEach(c -> characters.add(Character.toString(c)));
        return characters;
    }

    /** The text without leading characters of a kind. */
    public static String stripStart(String text, IntPredicate kind) {
        int start = 0;
        while (start < text.length() && kind.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    /** The text without trailing characters of a kind. */
    public static String stripEnd(String text, IntPredicate kind) {
        int end = text.length();
        while (end > 0 && kind.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    static String upper(String text) {
        requireKnownCase(text);
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        requireKnownCase(text);
        if (text.indexOf(FINAL_SIGMA) >= 0) {
            throw PythonException.refused("the lower case of a capital sigma");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        int length = Character.charCount(first);
        return titled(first) + lower(text.substring(length));
    }

    /** {@code str.title()}, for texts of which every cased character is ASCII. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0x7f) {
                throw PythonException.refused("title() of text that is not ASCII");
            }
            out.append(inWord ? Character.toLowerCase(c) : Character.toUpperCase(c));
            inWord = Character.isLetter(c);
        }
        return out.toString();
    }

    private static String titled(int c) {
        String whole = Character.toString(c);
        requireKnownCase(whole);
        if (c > 0x7f
                && whole.toUpperCase(Locale.ROOT)
                                .codePointCount(
                                        0, whole.toUpperCase(Locale.ROOT).length())
                        > 1) {
            throw PythonException.refused("the title case of '" + whole + "'");
        }
        return Character.toString(Character.toTitleCase(c));
    }

    /** A newer Unicode may know a case where this one knows no character. */
    private static void requireKnownCase(String text) {
        text.codePoints().forEach(c -> {
            if (c > 0x7f && Character.getType(c) == Character.UNASSIGNED) {
                throw PythonException.refused("the case of the unassigned character U+%04X".formatted(c));
            }
        });
    }

    /** The order of Python's strings: by code point, where Java's own is by UTF-16 unit. */
    static int compare(String a, String b) {
        int i = 0;
        while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        if (i == a.length() || i == b.length()) {
            return Integer.compare(a.length(), b.length());
        }
        char x = a.charAt(i);
        char y = b.charAt(i);
        boolean oneIsSurrogate = Character.isSurrogate(x) != Character.isSurrogate(y);
        return oneIsSurrogate ? (Character.isSurrogate(x) ? 1 : -1) : Character.compare(x, y);
    }
}
