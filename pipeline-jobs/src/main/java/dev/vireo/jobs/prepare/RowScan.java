// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.schema.InputRow;
import dev.vireo.jobs.schema.ParquetRows;
import dev.vireo.jobs.schema.RejectedRowException;
import dev.vireo.jobs.select.Candidates;
import dev.vireo.jobs.select.Words;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.Sha256;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Makes the light table of a range of rows: hashes and lengths of those that can be used and are not too long. Pixels are
 * decoded only where a rule compares what images look like.
 */
final class RowScan implements FlatMapFunction<InputRange, Row>, Serializable {
    private static final long serialVersionUID = 1;

    private final Storage storage;
    private final Recipe recipe;
    private final boolean looks;

    /** @param looks whether the images' difference hashes are wanted */
    RowScan(Storage storage, Recipe recipe, boolean looks) {
        this.storage = storage;
        this.recipe = recipe;
        this.looks = looks;
    }

    @Override
    public Iterator<Row> call(InputRange range) throws IOException {
        RowMaker maker = ModelTools.of(storage, recipe).rows();
        Map<String, Long> known = new HashMap<>();
        List<Row> candidates = new ArrayList<>();
        try (ParquetRows rows = range.open(storage)) {
            for (long row = range.first(); rows.next(); row++) {
                String rowId = range.rowId(rows.rowId(), row);
                Candidates.Place place = new Candidates.Place(range.file(), row, range.number(), range.source());
                try {
                    InputRow input = rows.row();
                    maker.tokens(rowId, input);
                    candidates.add(candidate(place, rowId, input, maker, known));
                } catch (RejectedRowException e) {
                    // The task that makes the shard comes to the same end, and lists it.
                    continue;
                }
            }
        } catch (IOException | RuntimeException e) {
            throw range.failed(e);
        }
        return candidates.iterator();
    }

    private Row candidate(
            Candidates.Place place, String rowId, InputRow input, RowMaker maker, Map<String, Long> known) {
        List<String> images = new ArrayList<>();
        List<Long> hashes = new ArrayList<>();
        for (byte[] image : input.images()) {
            String hash = Sha256.of(image);
            images.add(hash);
            if (looks) {
                hashes.add(known.computeIfAbsent(hash, key -> maker.look(image)));
            }
        }
        RowText text = RowText.of(rowId, input.conversation(), input.provenance());
        return Candidates.row(
                place, rowId, images, hashes, Sha256.of(input.conversation().toString()), words(text));
    }

    private static @Nullable Words words(RowText text) {
        String rejected = text.rejected();
        return rejected == null || text.chosen().isEmpty() ? null : Words.of(text.chosen(), rejected);
    }
}
