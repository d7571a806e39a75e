// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.util.List;

/**
 * One conversation about a picture.
 *
 * @param id unique within the world
 * @param imagePath a name for the picture
 * @param image JPEG, not copied
 * @param turns at least one
 */
record ConversationRow(String id, String imagePath, byte[] image, List<Turn> turns) {
    ConversationRow {
        turns = List.copyOf(turns);
    }

    /** A question with the answer that the data holds, right or not. */
    record Turn(String question, String answer) {}
}
