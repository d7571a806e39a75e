// SPDX-License-Identifier: Apache-2.0
package dev.vireo.batch;

import java.util.Arrays;

/** The tokens of an answer, and which of them are scored: all of them but for the user's words in a longer conversation. */
public final class Answer {
    private static final Answer NONE = new Answer(new int[0], new boolean[0]);

    private final int[] ids;
    private final boolean[] scored;

    private Answer(int[] ids, boolean[] scored) {
        this.ids = ids;
        this.scored = scored;
    }

    /** No answer. */
    public static Answer none() {
        return NONE;
    }

    /** An answer whose every token is scored. */
    public static Answer of(int[] ids) {
        boolean[] scored = new boolean[ids.length];
        Arrays.fill(scored, true);
        return new Answer(ids, scored);
    }

    /** An answer of which the marked tokens are scored. */
    public static Answer of(int[] ids, boolean[] scored) {
        if (ids.length != scored.length) {
            throw new IllegalArgumentException(
                    "Cannot mark " + ids.length + " tokens with " + scored.length + " marks");
        }
        return new Answer(ids, scored);
    }

    public int[] ids() {
        return ids;
    }

    public boolean[] scored() {
        return scored;
    }

    public int length() {
        return ids.length;
    }

    /** Number of scored tokens. */
    public int scoredTokens() {
        int n = 0;
        for (boolean s : scored) {
            n += s ? 1 : 0;
        }
        return n;
    }
}
