// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.data.Message;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.shards.RowText.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** lmms-lab/LLaVA-OneVision-Data: {@code <image>} in the text says where the image stands. Text rows have none, and
 * folders of text alone no column of images, or one without a value. */
final class OneVision implements RecordSchema {
    private static final Map<String, String> ROLES =
            Map.of("human", "user", "gpt", Message.ASSISTANT, "system", "system");

    @Override
    public PrepareSettings.Schema id() {
        return PrepareSettings.Schema.ONEVISION;
    }

    @Override
    public Map<String, ColumnType> required() {
        return Map.of(
                "conversations", ColumnType.list(ColumnType.struct("from", ColumnType.TEXT, "value", ColumnType.TEXT)));
    }

    @Override
    public Map<String, ColumnType> optional() {
        return Map.of(
                "image",
                Pictures.TYPE,
                "id",
                ColumnType.TEXT,
                "data_source",
                ColumnType.TEXT,
                Turns.LABEL,
                ColumnType.BOOL);
    }

    @Override
    public List<String> idColumns() {
        return List.of("id");
    }

    @Override
    public InputRow row(Record values) {
        List<Message> messages = new ArrayList<>();
        for (Record turn : values.list("conversations")) {
            String speaker = Turns.required(turn, "from");
            String role = ROLES.get(speaker);
            if (role == null) {
                throw new RejectedRowException("unknown speaker: '" + speaker + "' (expected human, gpt or system)");
            }
            messages.add(Turns.marked(role, Turns.required(turn, "value")));
        }
        return Turns.row(
                Turns.labelled(Turns.demonstration(messages), values),
                Pictures.one(values.struct("image")),
                new Provenance(null, values.text("data_source"), null, null));
    }
}
