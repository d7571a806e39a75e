// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.shards.RowText.Provenance;
import java.util.List;
import java.util.Map;

/**
 * TRL's unpaired preferences in conversational form: a prompt, one completion, and whether it is desirable, with or without
 * {@code images}. Contents are parts, or texts, before the first of which TRL's collator puts all images.
 */
final class Unpaired implements RecordSchema {
    private static final String IMAGES = "images";

    @Override
    public PrepareSettings.Schema id() {
        return PrepareSettings.Schema.UNPAIRED;
    }

    @Override
    public Map<String, ColumnType> required() {
        ColumnType turns = ColumnType.either(ChatParts.TYPE, ChatParts.PLAIN);
        return Map.of("prompt", turns, "completion", turns, Turns.LABEL, ColumnType.BOOL);
    }

    @Override
    public Map<String, ColumnType> optional() {
        return Map.of("idx", ColumnType.TEXT, "id", ColumnType.TEXT, IMAGES, ColumnType.list(Pictures.TYPE));
    }

    @Override
    public List<String> idColumns() {
        return List.of("idx", "id");
    }

    @Override
    public InputRow row(Record values) {
        Turns.required(values, Turns.LABEL);
        List<byte[]> images = Pictures.all(values.list(IMAGES));
        List<Message> prompt = ChatParts.turns(values, "prompt", images.size());
        List<Message> completion = ChatParts.answer(values, "completion");
        return Turns.row(
                Turns.labelled(Conversation.demonstration(prompt, completion), values), images, Provenance.NONE);
    }
}
