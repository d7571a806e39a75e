// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import java.util.List;
import java.util.Locale;

/** Shares with their confidence intervals, one a line, on one axis from 0 to 100 %. */
final class IntervalPlot {
    private static final double WIDTH = 560;
    private static final double LEFT = 130;
    private static final double RIGHT = 170;
    private static final double ROW = 26;

    private IntervalPlot() {}

    static String svg(Report.Intervals intervals) {
        List<Report.Interval> rows = intervals.rows();
        double height = ROW * rows.size() + 24;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT, "<svg class=\"intervals\" viewBox=\"0 0 %.0f %.0f\" role=\"img\">", WIDTH, height));
        for (int percent = 0; percent <= 100; percent += 25) {
            double x = x(percent / 100.0);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"4\" y2=\"%2$.1f\"/>"
                            + "<text class=\"tick\" x=\"%1$.1f\" y=\"%3$.1f\" text-anchor=\"middle\">%4$d %%</text>",
                    x,
                    height - 20,
                    height - 6,
                    percent));
        }
        for (int i = 0; i < rows.size(); i++) {
            row(svg, rows.get(i), i, ROW * i + 16);
        }
        return svg.append("</svg>").toString();
    }

    private static void row(StringBuilder svg, Report.Interval row, int color, double y) {
        String name = row.name().length() > 20 ? row.name().substring(0, 19) + "…" : row.name();
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"name\" x=\"%1$.1f\" y=\"%2$.1f\" text-anchor=\"end\">%3$s</text>"
                        + "<line class=\"whisker c%4$d\" x1=\"%5$.1f\" x2=\"%6$.1f\" y1=\"%7$.1f\" y2=\"%7$.1f\"/>",
                LEFT - 10,
                y + 4,
                Html.text(name),
                color % ReportStyle.COLORS,
                x(row.low()),
                x(row.high()),
                y));
        svg.append(String.format(
                Locale.ROOT,
                "<circle class=\"c%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/><text class=\"value\" x=\"%.1f\" y=\"%.1f\">"
                        + "%.1f %% <tspan>[%.1f, %.1f]</tspan></text>",
                color % ReportStyle.COLORS,
                x(row.share()),
                y,
                WIDTH - RIGHT + 12,
                y + 4,
                100 * row.share(),
                100 * row.low(),
                100 * row.high()));
    }

    private static double x(double share) {
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }
}
