// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.data.Conversation;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.shards.RowText.Provenance;
import java.util.List;
import java.util.Map;

/** HuggingFaceH4/rlaif-v_formatted and other sets in TRL's preference layout. */
final class RlaifVFormatted implements RecordSchema {
    @Override
    public PrepareSettings.Schema id() {
        return PrepareSettings.Schema.RLAIF_V_FORMATTED;
    }

    @Override
    public Map<String, ColumnType> required() {
        return Map.of(
                "prompt", ChatParts.TYPE,
                "chosen", ChatParts.TYPE,
                "rejected", ChatParts.TYPE,
                "images", ColumnType.list(Pictures.TYPE));
    }

    @Override
    public Map<String, ColumnType> optional() {
        return Map.of("idx", ColumnType.TEXT, "id", ColumnType.TEXT);
    }

    @Override
    public List<String> idColumns() {
        return List.of("idx", "id");
    }

    @Override
    public InputRow row(Record values) {
        Conversation conversation = new Conversation(
                ChatParts.turns(values, "prompt"),
                ChatParts.answer(values, "chosen"),
                ChatParts.answer(values, "rejected"));
        return Turns.row(conversation, Pictures.all(values.list("images")), Provenance.NONE);
    }
}
