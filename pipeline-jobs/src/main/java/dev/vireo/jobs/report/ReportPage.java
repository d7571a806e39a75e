// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import java.util.List;

/** Writes a {@link Report} as HTML. */
final class ReportPage {
    private final Report report;
    private final StringBuilder page = new StringBuilder();

    ReportPage(Report report) {
        this.report = report;
    }

    String html() {
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.append("<meta name=\"color-scheme\" content=\"light dark\">");
        page.append("<title>").append(Html.text(report.title())).append("</title>");
        page.append("<style>").append(ReportStyle.css()).append("</style></head>\n<body><main>");
        header();
        intervals();
        report.tables().forEach(this::table);
        curves();
        gallery();
        page.append("</main><div id=\"tip\" hidden></div><script>").append(ReportStyle.script());
        return page.append("</script></body></html>\n").toString();
    }

    private void header() {
        page.append("<header><h1>").append(Html.text(report.title())).append("</h1><p>");
        page.append(Html.text(report.subtitle())).append("</p>");
        if (!report.facts().isEmpty()) {
            page.append("<dl>");
            report.facts()
                    .forEach((name, value) -> page.append("<div><dt>")
                            .append(Html.text(name))
                            .append("</dt><dd>")
                            .append(Html.text(value))
                            .append("</dd></div>"));
            page.append("</dl>");
        }
        page.append("</header>\n");
    }

    private void intervals() {
        if (report.intervals().isEmpty()) {
            return;
        }
        page.append("<section class=\"pair\">");
        for (Report.Intervals each : report.intervals()) {
            page.append("<figure class=\"card\"><figcaption><b>").append(Html.text(each.title()));
            page.append("</b><span>").append(Html.text(each.note())).append("</span></figcaption>");
            page.append(IntervalPlot.svg(each)).append("</figure>");
        }
        page.append("</section>\n");
    }

    private void table(Report.Table table) {
        section(table.title(), table.note());
        page.append("<div class=\"scroll\"><table><thead><tr>");
        table.header()
                .forEach(cell -> page.append("<th scope=\"col\">")
                        .append(Html.text(cell))
                        .append("</th>"));
        page.append("</tr></thead><tbody>");
        for (List<String> row : table.rows()) {
            page.append("<tr><th scope=\"row\">").append(Html.text(row.get(0))).append("</th>");
            row.stream()
                    .skip(1)
                    .forEach(cell -> page.append("<td>").append(Html.text(cell)).append("</td>"));
            page.append("</tr>");
        }
        page.append("</tbody></table></div></section>\n");
    }

    private void curves() {
        if (report.runs().isEmpty()) {
            return;
        }
        section("Training", "Solid: training steps, smoothed where there are many. Dashed: held-out rows.");
        if (report.runs().size() > 1) {
            page.append("<ul class=\"legend\">");
            for (Report.Run run : report.runs()) {
                page.append("<li class=\"c")
                        .append(run.color() % ReportStyle.COLORS)
                        .append("\">");
                page.append(Html.text(run.name())).append("</li>");
            }
            page.append("</ul>");
        }
        page.append("<div class=\"plots\">")
                .append(RunCurves.html(report.runs()))
                .append("</div></section>\n");
    }

    private void gallery() {
        if (report.gallery().isEmpty()) {
            return;
        }
        section("Gallery", "Held-out rows with both answers of the data and what each model says on its own.");
        page.append("<div class=\"gallery\">");
        report.gallery().forEach(this::card);
        page.append("</div></section>\n");
    }

    private void card(Report.Card card) {
        page.append("<article class=\"card\"><div class=\"pictures\">");
        card.images()
                .forEach(image -> page.append("<img loading=\"lazy\" alt=\"picture of row ")
                        .append(Html.text(card.rowId()))
                        .append("\" src=\"")
                        .append(Html.text(image))
                        .append("\">"));
        page.append("</div><div class=\"words\"><h3>")
                .append(Html.text(card.question()))
                .append("</h3>");
        answer("good", "chosen", card.chosen());
        if (card.rejected() != null) {
            answer("bad", "rejected", card.rejected());
        }
        for (int i = 0; i < card.answers().size(); i++) {
            Report.Answer each = card.answers().get(i);
            answer("model c" + i % ReportStyle.COLORS, each.name(), each.text());
        }
        page.append("<small>row ").append(Html.text(card.rowId())).append("</small></div></article>\n");
    }

    private void answer(String kind, String name, String text) {
        page.append("<div class=\"answer ").append(kind).append("\"><b>").append(Html.text(name));
        page.append("</b><p>")
                .append(text.isBlank() ? "<i>no text</i>" : Html.text(text))
                .append("</p></div>");
    }

    private void section(String title, String note) {
        page.append("<section><h2>").append(Html.text(title)).append("</h2>");
        if (!note.isEmpty()) {
            page.append("<p class=\"note\">").append(Html.text(note)).append("</p>");
        }
    }
}
