// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds keys that no job reads and names the key that was probably meant. */
final class UnknownKeys {
    private static final int FURTHEST_TYPO = 3;

    private UnknownKeys() {}

    /**
     * Reports every key of {@code user} that does not exist.
     *
     * @return {@code user} without those keys
     */
    static Config remove(Config user, Config reference, List<String> problems) {
        Set<String> known = new TreeSet<>();
        reference.entrySet().forEach(entry -> known.add(entry.getKey()));
        List<String> unknown = new ArrayList<>();
        collect("", user.root(), known, unknown, problems);
        Config rest = user;
        for (String key : unknown) {
            rest = rest.withoutPath(key);
        }
        return rest;
    }

    private static void collect(
            String prefix, ConfigObject object, Set<String> known, List<String> unknown, List<String> problems) {
        for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(object).entrySet()) {
            String path = prefix + ConfigUtil.joinPath(entry.getKey());
            ConfigValue value = entry.getValue();
            if (known.contains(path)) {
                continue;
            }
            boolean section = known.stream().anyMatch(each -> each.startsWith(path + "."));
            if (section && value instanceof ConfigObject nested) {
                collect(path + ".", nested, known, unknown, problems);
                continue;
            }
            unknown.add(path);
            String where = SettingsReader.where(value.origin());
            problems.add(
                    section
                            ? "Invalid " + path + ": " + ReferenceSettings.written(value)
                                    + " (expected the name of a setting below it)" + where
                            : "Unknown setting " + path + nearest(path, known) + where);
        }
    }

    private static String nearest(String key, Set<String> known) {
        Comparator<String> byDistance = Comparator.comparingInt(each -> distance(key, each));
        String best = known.stream()
                .min(byDistance.thenComparing(Comparator.naturalOrder()))
                .orElse("");
        if (distance(key, best) <= FURTHEST_TYPO) {
            return " (did you mean " + best + "?)";
        }
        String last = key.substring(key.lastIndexOf('.') + 1);
        return known.stream()
                .filter(each -> each.endsWith("." + last))
                .sorted()
                .findFirst()
                .map(each -> " (did you mean " + each + "?)")
                .orElse(" (see --help for the settings that exist)");
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
