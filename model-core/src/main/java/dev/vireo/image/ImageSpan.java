// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import java.util.Arrays;
import java.util.List;

/**
 * What a picture takes in a sequence.
 *
 * @param tokens whose embeddings are the picture's features
 * @param placeholders that stand for them in the prompt's ids, each for equally many
 */
public record ImageSpan(int tokens, int placeholders) {
    public ImageSpan {
        if (placeholders < 1 || tokens % placeholders != 0) {
            throw new IllegalArgumentException(
                    "Invalid image: " + tokens + " tokens cannot be divided among " + placeholders + " placeholders");
        }
    }

    /** Pictures with one placeholder each. */
    public static List<ImageSpan> whole(int... tokens) {
        return Arrays.stream(tokens).mapToObj(each -> new ImageSpan(each, 1)).toList();
    }

    /** Tokens that a placeholder stands for. */
    public int tokensEach() {
        return tokens / placeholders;
    }
}
