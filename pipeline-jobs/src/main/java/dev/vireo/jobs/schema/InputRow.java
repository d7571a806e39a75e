// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.data.Conversation;
import dev.vireo.jobs.shards.RowText.Provenance;
import java.util.List;

/** A record in the terms of every schema: what was said, and the encoded images in the order of their places. */
public final class InputRow {
    private final Conversation conversation;
    private final List<byte[]> images;
    private final Provenance provenance;

    InputRow(Conversation conversation, List<byte[]> images, Provenance provenance) {
        this.conversation = conversation;
        this.images = List.copyOf(images);
        this.provenance = provenance;
    }

    public Conversation conversation() {
        return conversation;
    }

    /** Encoded images, as many as the prompt has places. */
    public List<byte[]> images() {
        return images;
    }

    public Provenance provenance() {
        return provenance;
    }
}
