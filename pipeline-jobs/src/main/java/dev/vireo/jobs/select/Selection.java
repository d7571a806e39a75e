// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.apache.spark.sql.functions.col;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.SelectSettings;
import dev.vireo.jobs.config.SelectSettings.Duplicates;
import dev.vireo.jobs.config.SelectSettings.Part;
import dev.vireo.jobs.config.SelectSettings.TextOnly;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/** The rules that are switched on, in their order: what is cheap to say of a single row first, what depends on the number left last. */
public final class Selection {
    private final List<Rule> rules;
    private final boolean needsLooks;

    private Selection(List<Rule> rules, boolean needsLooks) {
        this.rules = List.copyOf(rules);
        this.needsLooks = needsLooks;
    }

    /**
     * The selection that the settings ask for.
     *
     * @param sources number of inputs
     * @throws InvalidSettingsException if there are more or fewer weights or caps than inputs
     */
    public static Selection of(SelectSettings settings, int sources) {
        requireOneEach("weights", settings.weights().size(), sources);
        requireOneEach("caps", settings.caps().size(), sources);
        List<Rule> rules = new ArrayList<>();
        if (settings.textOnly() == TextOnly.REJECT) {
            rules.add(new TextOnlyRows());
        }
        if (settings.duplicates() == Duplicates.FIRST) {
            rules.add(new ExactDuplicates());
        }
        if (settings.nearImages() >= 0) {
            rules.add(new NearDuplicates(settings.nearImages()));
        }
        if (settings.lengthBalance() == SelectSettings.LengthBalance.WORDS) {
            rules.add(new LengthBalance());
        }
        if (!settings.weights().isEmpty() || !settings.caps().isEmpty()) {
            rules.add(new Mix(settings.weights(), settings.caps(), sources, settings.seed()));
        }
        if (settings.rows() > 0) {
            rules.add(new RandomSample(settings.rows(), settings.seed()));
        }
        if (settings.heldOut() > 0) {
            rules.add(new Split(settings.heldOut(), settings.part() == Part.HELD_OUT, settings.seed()));
        }
        return new Selection(rules, settings.nearImages() >= 0);
    }

    private static void requireOneEach(String key, int given, int sources) {
        if (given != 0 && given != sources) {
            throw new InvalidSettingsException(List.of("Invalid prepare.select." + key + ": it has " + given
                    + " values (expected one for each of the " + sources + " inputs, in the order of --input)"));
        }
    }

    /** Whether every row is kept. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** Whether a rule asks for the images' difference hashes, which means to decode them. */
    public boolean needsLooks() {
        return needsLooks;
    }

    /**
     * Applies the rules one after the other.
     *
     * @param candidates as {@link Candidates#SCHEMA}
     */
    public Selected run(Dataset<Row> candidates) {
        List<Dataset<Row>> cached = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Dataset<Row> kept = cached(candidates, cached);
        Dataset<Row> dropped = dropped(kept.limit(0).withColumn(Candidates.REASON, col(Candidates.ROW_ID)));
        for (Rule rule : rules) {
            Rule.Verdict verdict = rule.judge(kept);
            Dataset<Row> judged = cached(verdict.rows(), cached);
            notes.addAll(verdict.notes());
            dropped = dropped.union(dropped(judged));
            kept = judged.where(col(Candidates.REASON).isNull()).drop(Candidates.REASON);
        }
        return new Selected(dropped, notes, cached);
    }

    private static Dataset<Row> cached(Dataset<Row> rows, List<Dataset<Row>> all) {
        Dataset<Row> cached = rows.persist(StorageLevel.MEMORY_AND_DISK());
        all.add(cached);
        return cached;
    }

    private static Dataset<Row> dropped(Dataset<Row> judged) {
        return judged.where(col(Candidates.REASON).isNotNull())
                .select(Candidates.FILE, Candidates.ROW, Candidates.RANGE, Candidates.REASON);
    }
}
