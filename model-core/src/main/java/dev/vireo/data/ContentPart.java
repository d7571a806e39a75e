// SPDX-License-Identifier: Apache-2.0
package dev.vireo.data;

import java.util.Objects;

/** One piece of a message: text, or the place where an image stands. */
public sealed interface ContentPart {

    /** The name of this kind of part in chat templates: {@code text} or {@code image}. */
    String type();

    /** Text as it was written, blanks included. */
    record Text(String text) implements ContentPart {
        public Text {
            Objects.requireNonNull(text, "text");
        }

        @Override
        public String type() {
            return "text";
        }
    }

    /** The place of an image; the n-th such part of a conversation stands for the row's n-th image. */
    record Image() implements ContentPart {
        @Override
        public String type() {
            return "image";
        }
    }
}
