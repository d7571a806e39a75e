// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import com.google.gson.JsonObject;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.workers.PartOutput;
import java.util.Locale;

/** What {@code generate} counted, in this run and in the ones that it resumed; rates are of this run. */
final class GenerateSummary {
    private final PartOutput parts;
    private final OutputDirectory directory;
    private final boolean critic;
    private final double rowsPerSecond;
    private final double tokensPerSecond;

    /**
     * @param rowsBefore rows that were there when the run began
     * @param tokensBefore their tokens
     */
    GenerateSummary(
            PartOutput parts,
            OutputDirectory directory,
            boolean critic,
            double rowsBefore,
            double tokensBefore,
            double seconds) {
        this.parts = parts;
        this.directory = directory;
        this.critic = critic;
        this.rowsPerSecond = (parts.total("rows") - rowsBefore) / Math.max(seconds, 1e-9);
        this.tokensPerSecond = (parts.total("tokens") - tokensBefore) / Math.max(seconds, 1e-9);
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject();
        for (String count : parts.countNames()) {
            json.addProperty(count, parts.total(count));
        }
        json.addProperty("rows_per_second", rowsPerSecond);
        json.addProperty("tokens_per_second", tokensPerSecond);
        return json;
    }

    void print(Console console) {
        double candidates = Math.max(1, parts.total("candidates"));
        console.print(String.format(
                Locale.ROOT,
                "generate: %.0f rows, %.0f answers, %.2f rows/s, %.1f tokens/s",
                parts.total("rows"),
                parts.total("candidates"),
                rowsPerSecond,
                tokensPerSecond));
        console.print(String.format(
                Locale.ROOT,
                "mean answer: %.1f tokens, log-probability %.4f nats; %.0f cut at the longest length",
                parts.total("tokens") / candidates,
                parts.total("logps") / candidates,
                parts.total("finished.length")));
        if (critic) {
            printPairs(console);
        }
        console.print("candidates: " + directory.child(Tables.CANDIDATES) + " (Parquet)");
        if (critic) {
            console.print("verdicts: " + directory.child(Tables.VERDICTS) + " (Parquet)");
            console.print("pairs: " + directory.child(PairTable.NAME) + " (Parquet, input of prepare)");
        }
    }

    private void printPairs(Console console) {
        console.print(String.format(
                Locale.ROOT,
                "pairs: %.0f kept; %.0f comparisons, of which both orders disagree on %.0f",
                parts.total("pairs"),
                parts.total("verdicts"),
                parts.total("disagreements")));
        for (Drop drop : Drop.values()) {
            double rows = parts.total(drop.count());
            if (rows > 0) {
                console.print(String.format(Locale.ROOT, "  %.0f rows without a pair: %s", rows, drop.meaning()));
            }
        }
    }
}
