// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import static org.apache.spark.sql.functions.col;

import dev.vireo.jobs.report.Report;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What the models answered to the rows of the gallery. */
final class FreeAnswers {
    private final Map<List<Object>, String> answers = new HashMap<>();

    private FreeAnswers() {}

    /** Reads them from the table of metrics. */
    static FreeAnswers read(SparkSession spark, String table, List<Integer> gallery) {
        FreeAnswers read = new FreeAnswers();
        for (Row row : spark.read()
                .parquet(table)
                .where(col("answer").isNotNull().and(col("row").isin(gallery.toArray())))
                .select("model", "row", "answer")
                .collectAsList()) {
            read.answers.put(List.of(row.getString(0), row.getInt(1)), row.getString(2));
        }
        return read;
    }

    /** The cards of the gallery, with pictures as they were in the input. */
    List<Report.Card> cards(ShardSet shards, List<Integer> gallery, List<EvaluatedModel> models) throws IOException {
        List<Report.Card> cards = new ArrayList<>();
        try (ShardReader reader = shards.reader()) {
            for (int row : gallery) {
                RowText text = reader.text(row);
                List<String> images = new ArrayList<>();
                for (int n = 0; n < shards.index().images(row); n++) {
                    images.add(dataUri(reader.sourceImage(row, n)));
                }
                List<Report.Answer> said = models.stream()
                        .map(model ->
                                new Report.Answer(model.name(), answers.getOrDefault(List.of(model.name(), row), "")))
                        .toList();
                cards.add(new Report.Card(text.rowId(), images, text.question(), text.chosen(), text.rejected(), said));
            }
        }
        return cards;
    }

    /** Browsers look at the content, so that the type need not be exact. */
    private static String dataUri(byte[] encoded) {
        return "data:image;base64," + Base64.getEncoder().encodeToString(encoded);
    }
}
