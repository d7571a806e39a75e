// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.batch.Answer;
import dev.vireo.image.ImageSpan;
import java.util.List;
import java.util.stream.IntStream;

/** A row as it lies in a shard, copied out of Arrow's memory. */
final class StoredRow {
    private final RowText text;
    private final int[] promptIds;
    private final Answer chosen;
    private final Answer rejected;
    private final int[] images;
    private final List<ImageSpan> imageSpans;

    private StoredRow(
            RowText text, int[] promptIds, Answer chosen, Answer rejected, int[] images, List<ImageSpan> imageSpans) {
        this.text = text;
        this.promptIds = promptIds;
        this.chosen = chosen;
        this.rejected = rejected;
        this.images = images;
        this.imageSpans = imageSpans;
    }

    static StoredRow read(Columns cells, int row) {
        RowText text = new RowText(
                cells.requiredText("row_id", row),
                MessagesJson.read(cells.requiredText("prompt", row)),
                cells.requiredText("question", row),
                cells.requiredText("chosen", row),
                cells.text("rejected", row),
                new RowText.Provenance(
                        cells.text("ds_name", row),
                        cells.text("origin_dataset", row),
                        cells.text("origin_split", row),
                        cells.text("image_path", row)),
                new RowText.Lineage(
                        cells.requiredText("source_file", row),
                        cells.wholeNumber("source_row", row),
                        cells.requiredText("transformations", row)));
        return new StoredRow(
                text,
                cells.integers("prompt_ids", row),
                answer(cells, row, "chosen"),
                answer(cells, row, "rejected"),
                cells.integers("images", row),
                spans(cells.integers("image_tokens", row), cells.integers("image_placeholders", row)));
    }

    private static List<ImageSpan> spans(int[] tokens, int[] placeholders) {
        return IntStream.range(0, tokens.length)
                .mapToObj(i -> new ImageSpan(tokens[i], placeholders[i]))
                .toList();
    }

    private static Answer answer(Columns cells, int row, String name) {
        int[] ids = cells.integers(name + "_ids", row);
        return ids.length == 0 ? Answer.none() : Answer.of(ids, cells.flags(name + "_scored", row));
    }

    RowText text() {
        return text;
    }

    int[] promptIds() {
        return promptIds;
    }

    Answer chosen() {
        return chosen;
    }

    Answer rejected() {
        return rejected;
    }

    /** Places of the row's images in the shard's file of images. */
    int[] images() {
        return images;
    }

    List<ImageSpan> imageSpans() {
        return imageSpans;
    }
}
