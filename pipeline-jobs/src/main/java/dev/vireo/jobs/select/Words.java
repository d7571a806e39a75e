// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

/**
 * Lengths of a pair in words: what stands between blanks, as Python's {@code str.split()} counts.
 *
 * @param chosen words of the preferred answer
 * @param rejected words of the other
 */
public record Words(int chosen, int rejected) {
    private static final char NEXT_LINE = '\u0085';

    /** Of two answers. */
    public static Words of(String chosen, String rejected) {
        return new Words(count(chosen), count(rejected));
    }

    private static int count(String text) {
        int words = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            boolean blank = Character.isWhitespace(each) || Character.isSpaceChar(each) || each == NEXT_LINE;
            words += !blank && !inside ? 1 : 0;
            inside = !blank;
        }
        return words;
    }
}
