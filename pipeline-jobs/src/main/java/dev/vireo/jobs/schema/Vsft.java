// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.shards.RowText.Provenance;
import java.util.List;
import java.util.Map;

/** HuggingFaceH4/llava-instruct-mix-vsft: conversations of several turns over the row's images. */
final class Vsft implements RecordSchema {
    @Override
    public PrepareSettings.Schema id() {
        return PrepareSettings.Schema.VSFT;
    }

    @Override
    public Map<String, ColumnType> required() {
        return Map.of("messages", ChatParts.TYPE, "images", ColumnType.list(Pictures.TYPE));
    }

    @Override
    public Map<String, ColumnType> optional() {
        return Map.of("idx", ColumnType.TEXT, "id", ColumnType.TEXT, Turns.LABEL, ColumnType.BOOL);
    }

    @Override
    public List<String> idColumns() {
        return List.of("idx", "id");
    }

    @Override
    public InputRow row(Record values) {
        return Turns.row(
                Turns.labelled(Turns.demonstration(ChatParts.messages(values.list("messages"))), values),
                Pictures.all(values.list("images")),
                Provenance.NONE);
    }
}
