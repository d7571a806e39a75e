// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.shards.RowText.Provenance;
import java.util.List;
import java.util.Map;

/** openbmb/RLAIF-V-Dataset. The question has no image marker: the image comes first. */
final class RlaifV implements RecordSchema {
    @Override
    public PrepareSettings.Schema id() {
        return PrepareSettings.Schema.RLAIF_V;
    }

    @Override
    public Map<String, ColumnType> required() {
        return Map.of(
                "image", Pictures.TYPE,
                "question", ColumnType.TEXT,
                "chosen", ColumnType.TEXT,
                "rejected", ColumnType.TEXT);
    }

    @Override
    public Map<String, ColumnType> optional() {
        return Map.of(
                "ds_name", ColumnType.TEXT,
                "origin_dataset", ColumnType.TEXT,
                "origin_split", ColumnType.TEXT,
                "idx", ColumnType.TEXT,
                "image_path", ColumnType.TEXT);
    }

    @Override
    public List<String> idColumns() {
        return List.of("idx");
    }

    @Override
    public InputRow row(Record values) {
        List<byte[]> images = Pictures.one(values.struct("image"));
        Conversation conversation = Conversation.pair(
                List.of(Message.user(images.size(), Turns.required(values, "question"))),
                Turns.required(values, "chosen"),
                Turns.required(values, "rejected"));
        return Turns.row(
                conversation,
                images,
                new Provenance(
                        values.text("ds_name"),
                        values.text("origin_dataset"),
                        values.text("origin_split"),
                        values.text("image_path")));
    }
}
