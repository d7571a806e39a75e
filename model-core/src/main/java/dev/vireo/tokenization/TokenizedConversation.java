// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import java.util.Arrays;
import java.util.List;

/**
 * A conversation as token ids. The prompt holds one placeholder id for each image. A mark tells for each token of an answer
 * whether it is scored. Arrays are not copied: nobody writes to them.
 */
public final class TokenizedConversation {
    private final int[] promptIds;
    private final Continuation chosen;
    private final Continuation rejected;

    /** The tokens that follow a prompt. */
    record Continuation(int[] ids, boolean[] scored) {
        static final Continuation NONE = new Continuation(new int[0], new boolean[0]);

        boolean isScored() {
            for (boolean mark : scored) {
                if (mark) {
                    return true;
                }
            }
            return false;
        }

        /** Pieces one after the other, each scored or not as a whole. */
        static Continuation of(List<int[]> pieces, List<Boolean> marks) {
            int length = pieces.stream().mapToInt(piece -> piece.length).sum();
            Continuation whole = new Continuation(new int[length], new boolean[length]);
            int at = 0;
            for (int i = 0; i < pieces.size(); i++) {
                int[] piece = pieces.get(i);
                System.arraycopy(piece, 0, whole.ids, at, piece.length);
                Arrays.fill(whole.scored, at, at + piece.length, marks.get(i));
                at += piece.length;
            }
            return whole;
        }
    }

    TokenizedConversation(int[] promptIds, Continuation chosen, Continuation rejected) {
        this.promptIds = promptIds;
        this.chosen = chosen;
        this.rejected = rejected;
    }

    /** The tokens before both answers. */
    public int[] promptIds() {
        return promptIds;
    }

    /** The tokens of the preferred continuation. */
    public int[] chosenIds() {
        return chosen.ids();
    }

    /** Whether each token of {@link #chosenIds()} is scored. */
    public boolean[] chosenScored() {
        return chosen.scored();
    }

    /** The tokens of the other continuation; none for a demonstration. */
    public int[] rejectedIds() {
        return rejected.ids();
    }

    /** Whether each token of {@link #rejectedIds()} is scored. */
    public boolean[] rejectedScored() {
        return rejected.scored();
    }
}
