// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.batch.RowTokens;
import dev.vireo.jobs.schema.InputRow;
import dev.vireo.jobs.schema.ParquetRows;
import dev.vireo.jobs.schema.RejectedRowException;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a row.
 *
 * @param place of the row
 * @param rowId its id
 * @param tokens of its prompt and its longer answer; 0 where it is rejected
 * @param reason why it would be rejected; empty where it would be kept
 */
record DryRow(RowPlace place, String rowId, int tokens, String reason) implements Serializable {
    /** The rows of a range, made as for a shard and thrown away. */
    static List<DryRow> all(Storage storage, Recipe recipe, InputRange range) throws IOException {
        RowMaker maker = ModelTools.of(storage, recipe).rows();
        List<DryRow> all = new ArrayList<>();
        try (ParquetRows rows = range.open(storage)) {
            for (long row = range.first(); rows.next(); row++) {
                RowPlace place = new RowPlace(range.file(), row);
                String rowId = range.rowId(rows.rowId(), row);
                try {
                    all.add(new DryRow(place, rowId, tokens(rowId, rows.row(), maker), ""));
                } catch (RejectedRowException e) {
                    all.add(new DryRow(place, rowId, 0, String.valueOf(e.getMessage())));
                }
            }
        } catch (IOException | RuntimeException e) {
            throw range.failed(e);
        }
        return all;
    }

    private static int tokens(String rowId, InputRow row, RowMaker maker) {
        RowTokens tokens = maker.tokens(rowId, row);
        row.images().forEach(image -> maker.tiles(image, row.images().size()));
        return tokens.prefixTokens()
                + Math.max(tokens.chosen().length(), tokens.rejected().length());
    }

    boolean isKept() {
        return reason.isEmpty();
    }

    /** The same row, rejected where a rule says why and it was not yet. */
    DryRow rejectedFor(@Nullable String rule) {
        return rule == null || !isKept() ? this : new DryRow(place, rowId, tokens, rule);
    }
}
