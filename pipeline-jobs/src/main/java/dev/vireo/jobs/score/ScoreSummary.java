// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.score;

import com.google.gson.JsonObject;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.workers.PartOutput;
import java.util.Locale;

/**
 * What {@code score} counted.
 *
 * @param rows scored, in this run and in the one that it resumed
 * @param pairs rows with two answers
 * @param rowsPerSecond of this run
 * @param meanChosenLogps mean over rows of the sums over completion tokens, nats
 * @param meanRejectedLogps mean over pairs
 * @param directory where the Parquet files are
 */
public record ScoreSummary(
        long rows,
        long pairs,
        double rowsPerSecond,
        double meanChosenLogps,
        double meanRejectedLogps,
        String directory) {
    static ScoreSummary of(PartOutput parts, double rowsBefore, double seconds, String directory) {
        double rows = parts.total("rows");
        double pairs = parts.total("pairs");
        return new ScoreSummary(
                (long) rows,
                (long) pairs,
                (rows - rowsBefore) / Math.max(seconds, 1e-9),
                rows == 0 ? 0 : parts.total("chosen_logps") / rows,
                pairs == 0 ? 0 : parts.total("rejected_logps") / pairs,
                directory);
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("rows", rows);
        json.addProperty("pairs", pairs);
        json.addProperty("rows_per_second", rowsPerSecond);
        json.addProperty("mean_chosen_logps", meanChosenLogps);
        json.addProperty("mean_rejected_logps", meanRejectedLogps);
        return json;
    }

    void print(Console console) {
        console.print(String.format(Locale.ROOT, "score: %d rows (%d pairs), %.2f rows/s", rows, pairs, rowsPerSecond));
        console.print(String.format(
                Locale.ROOT,
                "mean log-probability of an answer: chosen %.4f, rejected %.4f nats",
                meanChosenLogps,
                meanRejectedLogps));
        console.print("scores: " + directory + " (Parquet)");
    }
}
