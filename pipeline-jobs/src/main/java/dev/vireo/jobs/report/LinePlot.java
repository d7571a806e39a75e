// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import dev.vireo.jobs.report.Curves.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lines over steps as inline SVG. A long line is drawn pale, with its moving average on top; evaluation is dashed, with a
 * dot for each point.
 */
final class LinePlot {
    private static final double WIDTH = 360;
    private static final double HEIGHT = 190;
    private static final double LEFT = 46;
    private static final double RIGHT = 10;
    private static final double TOP = 10;
    private static final double BOTTOM = 24;
    private static final int MOST_POINTS = 300;
    private static final int SMOOTHED_FROM = 60;
    private static final double DECAY = 0.9;

    /**
     * A line.
     *
     * @param name what the reader sees when pointing at it
     * @param color number of the colour
     * @param evaluation whether the points are few and each one counts
     * @param noisy whether a long line is smoothed
     */
    record Line(String name, int color, boolean evaluation, boolean noisy, List<Point> points) {}

    private final Axis steps;
    private final Axis values;
    private final List<Line> lines;

    LinePlot(List<Line> lines) {
        this.lines = lines;
        List<Point> all = lines.stream()
                .flatMap(line -> line.points().stream())
                .filter(point -> Double.isFinite(point.value()))
                .toList();
        steps = Axis.exactly(
                all.stream().mapToDouble(Point::step).min().orElse(0),
                all.stream().mapToDouble(Point::step).max().orElse(1));
        values = Axis.over(
                all.stream().mapToDouble(Point::value).min().orElse(0),
                all.stream().mapToDouble(Point::value).max().orElse(1));
    }

    String svg(String title) {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\" data-x=\"%s %s %s %s\">",
                WIDTH,
                HEIGHT,
                Html.text(title),
                number(LEFT),
                number(WIDTH - RIGHT),
                number(steps.low()),
                number(steps.high())));
        grid(svg);
        lines.forEach(line -> draw(svg, line));
        return svg.append("<line class=\"cursor\" y1=\"10\" y2=\"166\" visibility=\"hidden\"/></svg>")
                .toString();
    }

    private void grid(StringBuilder svg) {
        for (double tick : values.ticks()) {
            double y = y(tick);
            svg.append(format(
                    "<line class=\"grid\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>", LEFT, WIDTH - RIGHT, y, y));
            svg.append(format("<text class=\"tick\" x=\"%s\" y=\"%s\" text-anchor=\"end\">", LEFT - 6, y + 3.5))
                    .append(values.label(tick))
                    .append("</text>");
        }
        for (double tick : steps.ticks()) {
            svg.append(format("<text class=\"tick\" x=\"%s\" y=\"%s\" text-anchor=\"middle\">", x(tick), HEIGHT - 8))
                    .append(steps.label(tick))
                    .append("</text>");
        }
    }

    private void draw(StringBuilder svg, Line line) {
        List<Point> points = line.points().stream()
                .filter(point -> Double.isFinite(point.value()))
                .toList();
        String color = "c" + line.color() % ReportStyle.COLORS;
        boolean smoothed = line.noisy() && !line.evaluation() && points.size() >= SMOOTHED_FROM;
        List<Point> shown = smoothed ? smooth(points) : points;
        if (smoothed) {
            path(svg, "raw " + color, thin(points));
        }
        path(svg, (line.evaluation() ? "eval " : "train ") + color, thin(shown));
        if (line.evaluation() || points.size() == 1) {
            for (Point point : points) {
                svg.append("<circle class=\"").append(color);
                svg.append(format("\" cx=\"%s\" cy=\"%s\" r=\"2.6\"/>", x(point.step()), y(point.value())));
            }
        }
        svg.append("<g hidden data-line=\"").append(Html.text(line.name())).append("\" data-color=\"");
        svg.append(line.color() % ReportStyle.COLORS).append("\" data-points=\"");
        thin(shown)
                .forEach(point -> svg.append(number(point.step()))
                        .append(' ')
                        .append(number(point.value()))
                        .append(' '));
        svg.append("\"></g>");
    }

    private void path(StringBuilder svg, String classes, List<Point> points) {
        svg.append("<path class=\"").append(classes).append("\" d=\"");
        for (int i = 0; i < points.size(); i++) {
            svg.append(i == 0 ? 'M' : 'L');
            svg.append(format("%s %s", x(points.get(i).step()), y(points.get(i).value())));
        }
        svg.append("\"/>");
    }

    /** Exponential moving average, corrected for its start. */
    static List<Point> smooth(List<Point> points) {
        List<Point> smoothed = new ArrayList<>();
        double sum = 0;
        double weight = 0;
        for (Point point : points) {
            sum = DECAY * sum + point.value();
            weight = DECAY * weight + 1;
            smoothed.add(new Point(point.step(), sum / weight));
        }
        return smoothed;
    }

    /** Means of neighbours, so that no line has more points than a screen shows. */
    static List<Point> thin(List<Point> points) {
        if (points.size() <= MOST_POINTS) {
            return points;
        }
        List<Point> thinned = new ArrayList<>();
        for (int i = 0; i < MOST_POINTS; i++) {
            List<Point> some = points.subList(
                    (int) ((long) i * points.size() / MOST_POINTS), (int) ((i + 1L) * points.size() / MOST_POINTS));
            thinned.add(new Point(
                    some.stream().mapToDouble(Point::step).average().orElseThrow(),
                    some.stream().mapToDouble(Point::value).average().orElseThrow()));
        }
        return thinned;
    }

    private double x(double step) {
        return LEFT + steps.place(step) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - values.place(value) * (HEIGHT - TOP - BOTTOM);
    }

    private static String format(String format, double... values) {
        Object[] texts = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            texts[i] = String.format(Locale.ROOT, "%.1f", values[i]);
        }
        return String.format(Locale.ROOT, format, texts);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.5g", value);
    }
}
