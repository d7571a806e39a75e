// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Text cells in columns; a column in which every cell is a number is set to the right. */
final class Table {
    private final List<List<String>> rows = new ArrayList<>();
    private final int[] widths;
    private final boolean[] numeric;

    Table(List<String> header, List<List<String>> body) {
        rows.add(header);
        rows.addAll(body);
        widths = new int[header.size()];
        numeric = new boolean[header.size()];
        for (int column = 0; column < widths.length; column++) {
            boolean allNumbers = !body.isEmpty();
            for (int row = 0; row < rows.size(); row++) {
                String cell = rows.get(row).get(column);
                widths[column] = Math.max(widths[column], cell.length());
                allNumbers &= row == 0 || cell.matches("[-+0-9.,%/]*");
            }
            numeric[column] = allNumbers;
        }
    }

    List<String> lines() {
        return rows.stream().map(this::line).toList();
    }

    private String line(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String gap = " ".repeat(widths[column] - cells.get(column).length());
            line.append(column == 0 ? "" : "  ");
            line.append(numeric[column] ? gap + cells.get(column) : cells.get(column) + gap);
        }
        return line.toString().stripTrailing();
    }

    /** A number with three to four significant digits. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
