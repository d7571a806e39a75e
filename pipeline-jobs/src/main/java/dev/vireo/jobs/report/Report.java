// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code report.html} shows, from top to bottom. The page is one file that loads nothing from elsewhere.
 *
 * @param title the heading
 * @param subtitle one line below it
 * @param facts what was evaluated: name and value, in order
 * @param intervals shares with confidence intervals
 * @param tables numbers
 * @param runs curves of training
 * @param gallery rows with pictures and answers
 */
public record Report(
        String title,
        String subtitle,
        Map<String, String> facts,
        List<Intervals> intervals,
        List<Table> tables,
        List<Run> runs,
        List<Card> gallery) {
    public Report {
        facts = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(facts));
        intervals = List.copyOf(intervals);
        tables = List.copyOf(tables);
        runs = List.copyOf(runs);
        gallery = List.copyOf(gallery);
    }

    /**
     * A training run's curves.
     *
     * @param name that tables give it
     * @param color number of its colour: its place among the models of {@link Intervals} and {@link Card}
     */
    public record Run(String name, int color, Curves curves) {}

    /**
     * Shares of several models.
     *
     * @param title what is counted
     * @param note how
     */
    public record Intervals(String title, String note, List<Interval> rows) {}

    /** A share and its 95 % confidence interval, all between 0 and 1. */
    public record Interval(String name, double share, double low, double high) {}

    /**
     * Cells under a header; the first column names the row.
     *
     * @param note one line below
     */
    public record Table(String title, String note, List<String> header, List<List<String>> rows) {}

    /**
     * A row of the gallery.
     *
     * @param rowId the row
     * @param images pictures as data URIs
     * @param rejected null where the row is no pair
     */
    public record Card(
            String rowId,
            List<String> images,
            String question,
            String chosen,
            @Nullable String rejected,
            List<Answer> answers) {}

    /** What a model answered. */
    public record Answer(String name, String text) {}

    /** The page. */
    public String html() {
        return new ReportPage(this).html();
    }
}
