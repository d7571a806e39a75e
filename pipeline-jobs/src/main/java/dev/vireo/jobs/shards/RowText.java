// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A row in words, and where it comes from.
 *
 * @param rowId the row's id
 * @param prompt the turns before the answers
 * @param question the prompt's text without images
 * @param chosen text of the preferred answer, empty where there is none; of several turns the assistant's, with an empty line between
 * @param rejected text of the other answer; null where there is none
 * @param provenance what the row's source says about it
 * @param lineage where prepare found it
 */
public record RowText(
        String rowId,
        List<Message> prompt,
        String question,
        String chosen,
        @Nullable String rejected,
        Provenance provenance,
        Lineage lineage) {
    public RowText {
        prompt = List.copyOf(prompt);
    }

    /**
     * The columns of RLAIF-V that say where a row comes from; null where the input has no such column or value.
     *
     * @param datasetName {@code ds_name}
     * @param originDataset {@code origin_dataset}
     * @param originSplit {@code origin_split}
     * @param imagePath {@code image_path}
     */
    public record Provenance(
            @Nullable String datasetName,
            @Nullable String originDataset,
            @Nullable String originSplit,
            @Nullable String imagePath) {
        /** Of a row that says nothing about it. */
        public static final Provenance NONE = new Provenance(null, null, null, null);
    }

    /**
     * The place of a row in the input of prepare, and what was done to it there.
     *
     * @param file name of the Parquet file, with as many folders before it as make it unique in the input; empty where the row was not prepared
     * @param row its number in the file, from 0
     * @param transformations in their order, separated by semicolons
     */
    public record Lineage(String file, long row, String transformations) {
        /** Of a row that no file holds. */
        public static final Lineage NONE = new Lineage("", 0, "");
    }

    /** The same row, found in a file. */
    public RowText with(Lineage found) {
        return new RowText(rowId, prompt, question, chosen, rejected, provenance, found);
    }

    /** A conversation in words. */
    public static RowText of(String rowId, Conversation conversation, Provenance provenance) {
        String question = conversation.prompt().stream()
                .filter(message -> message.role().equals("user"))
                .map(Message::text)
                .collect(Collectors.joining("\n\n"));
        return new RowText(
                rowId,
                conversation.prompt(),
                question,
                answer(conversation.chosen()),
                conversation.rejected().isEmpty() ? null : answer(conversation.rejected()),
                provenance,
                Lineage.NONE);
    }

    private static String answer(List<Message> continuation) {
        return continuation.stream()
                .filter(Message::isAssistant)
                .map(Message::text)
                .collect(Collectors.joining("\n\n"));
    }
}
