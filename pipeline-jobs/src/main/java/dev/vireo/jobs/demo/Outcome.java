// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.demo;

import static org.apache.spark.sql.functions.col;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What tuning changed, on questions about pictures that it did not see. */
final class Outcome {
    private static final String BASE = "base";

    private final Storage storage;
    private final SparkSession spark;
    private final Steps steps;

    Outcome(Storage storage, SparkSession spark, Steps steps) {
        this.storage = storage;
        this.spark = spark;
        this.steps = steps;
    }

    void print(Console console) throws IOException {
        String file = Storage.child(steps.evaluation(), "summary.json");
        JsonObject models =
                JsonParser.parseString(storage.readText(file)).getAsJsonObject().getAsJsonObject("models");
        List<List<String>> lines = new ArrayList<>();
        lines.add(line("yes/no accuracy", share(models, BASE, "yes_no"), share(models, Steps.TUNED, "yes_no")));
        double base = f1(models, BASE);
        double tuned = f1(models, Steps.TUNED);
        lines.add(List.of("yes/no F1", count(models, "yes_no"), number(base), number(tuned), gain(tuned - base)));
        lines.add(line(
                "right answer likelier",
                share(models, BASE, "orpo/accuracies"),
                share(models, Steps.TUNED, "orpo/accuracies")));
        lines.add(line("answered exactly right", exact(BASE), exact(Steps.TUNED)));
        console.table(List.of("unseen pictures", "questions", "base", "tuned", "gain"), lines);
    }

    private static List<String> line(String name, Proportion base, Proportion tuned) {
        String gain = gain(100 * (tuned.value() - base.value()));
        boolean apart = tuned.low() > base.high() || tuned.high() < base.low();
        return List.of(
                name,
                String.valueOf(base.of()),
                base.text(),
                tuned.text(),
                gain + (apart ? ", intervals apart" : ", intervals overlap"));
    }

    private static String count(JsonObject models, String metric) {
        return String.valueOf(share(models, BASE, metric).of());
    }

    /** Per cent, by AMBER's formula: No is the positive class. */
    private static double f1(JsonObject models, String model) {
        return models.getAsJsonObject(model).getAsJsonObject("yes_no").get("f1").getAsDouble();
    }

    private static String number(double percent) {
        return String.format(Locale.ROOT, "%.1f", percent);
    }

    private static String gain(double percent) {
        return String.format(Locale.ROOT, "%+.1f", percent);
    }

    private static Proportion share(JsonObject models, String model, String metric) {
        JsonObject share = models.getAsJsonObject(model).getAsJsonObject(metric);
        long of = share.get("rows").getAsLong();
        return new Proportion(Math.round(share.get("value").getAsDouble() * of), of);
    }

    /** Greedy answers that are the right one, letter by letter. */
    private Proportion exact(String model) throws IOException {
        Dataset<Row> right = spark.read().parquet(storage.absolute(steps.questions()));
        Dataset<Row> given = spark.read().parquet(storage.absolute(steps.answers(model)));
        Dataset<Row> both = given.join(right, col("row_id").equalTo(col("idx")));
        return new Proportion(both.filter(col("text").equalTo(col("chosen"))).count(), both.count());
    }
}
