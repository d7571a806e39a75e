// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the names that a wrong one may have meant. */
final class NearNames {
    private static final int MOST = 3;

    private NearNames() {}

    /**
     * The up to three nearest of {@code known} by edit distance. A name is compared with as many last parts of each
     * known name as it has itself, so {@code qproj} is near {@code q_proj}, whatever layer it stands in.
     */
    static List<String> of(String wanted, Collection<String> known) {
        int parts = wanted.split("\\.", -1).length;
        return known.stream()
                .flatMap(name -> Stream.of(lastParts(name, parts), name))
                .distinct()
                .filter(name -> !name.equals(wanted))
                .sorted(Comparator.<String>comparingInt(name -> distance(wanted, name))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .toList();
    }

    /** {@code " (near names: a, b)"}, or nothing where nothing is known. */
    static String hint(String wanted, Collection<String> known) {
        List<String> near = of(wanted, known);
        return near.isEmpty() ? "" : near.stream().collect(Collectors.joining(", ", " (near names: ", ")"));
    }

    private static String lastParts(String name, int count) {
        int start = name.length();
        for (int i = 0; i < count && start >= 0; i++) {
            start = name.lastIndexOf('.', start - 1);
        }
        return name.substring(start + 1);
    }

    /** The Levenshtein distance: inserted, deleted or replaced characters. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
