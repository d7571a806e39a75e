// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names that the weights and modules of a model family have had, and the way from each to the canonical ones, those
 * of transformers 5 at run time. A rule replaces a prefix; the longest that fits claims the name. The rules are in the family's
 * resource, {@code models/TYPE.json}.
 */
public final class WeightNames {
    private static final Pattern BUFFERS = Pattern.compile(".*(\\.inv_freq|\\.position_ids)");
    private static final String WEIGHT = ".weight";

    private final List<Rule> reading;
    private final List<Rule> writing;
    private final List<List<Rule>> older;

    private record Rule(String from, String to) {
        boolean fits(String name) {
            return name.startsWith(from);
        }

        String apply(String name) {
            return to + name.substring(from.length());
        }
    }

    /**
     * @param saved from canonical prefixes to those of the files that transformers 5 writes
     * @param older for each older version, from canonical prefixes to its own
     */
    private WeightNames(List<Rule> saved, List<List<Rule>> older) {
        List<Rule> rules = new ArrayList<>();
        older.stream().flatMap(List::stream).forEach(rule -> rules.add(new Rule(rule.to(), rule.from())));
        for (Rule rule : saved) {
            rules.add(new Rule(rule.from(), rule.from()));
            rules.add(new Rule(rule.to(), rule.from()));
        }
        rules.sort(Comparator.comparingInt(rule -> -rule.from().length()));
        this.reading = List.copyOf(rules);
        this.writing = List.copyOf(saved);
        this.older = List.copyOf(older);
    }

    /**
     * The names of the family that {@code config.json} calls {@code modelType}.
     *
     * @throws CheckpointMismatchException if the family is not known
     */
    public static WeightNames of(String modelType) {
        JsonObject rules = ModelType.of(modelType)
                .flatMap(ModelType::weights)
                .orElseThrow(() -> new CheckpointMismatchException("Cannot name the weights of a model of type \""
                        + modelType + "\": it is not one of the families"));
        List<List<Rule>> older = rules.getAsJsonObject("older").entrySet().stream()
                .map(version -> rules(version.getValue()))
                .toList();
        return new WeightNames(rules(rules.get("saved")), older);
    }

    private static List<Rule> rules(JsonElement prefixes) {
        return prefixes.getAsJsonObject().entrySet().stream()
                .map(rule -> new Rule(rule.getKey(), rule.getValue().getAsString()))
                .toList();
    }

    /** True of the buffers that old files carry and that are computed instead: rotary frequencies, position ids. */
    public boolean isBuffer(String storedName) {
        return BUFFERS.matcher(storedName).matches();
    }

    /** The canonical name of a weight that any generation calls {@code storedName}; empty if no rule claims it. */
    public Optional<String> canonical(String storedName) {
        return rename(reading, storedName);
    }

    /** The canonical name of a module (the owner of weights) that any generation calls {@code storedName}. */
    public Optional<String> canonicalModule(String storedName) {
        return canonical(storedName + WEIGHT).map(name -> name.substring(0, name.length() - WEIGHT.length()));
    }

    /**
     * What the versions call a module: its canonical name first, then the names that older versions gave it, always in the
     * same order of versions.
     */
    List<String> spellings(String canonicalModule) {
        List<String> spellings = new ArrayList<>(List.of(canonicalModule));
        for (List<Rule> version : older) {
            String name = rename(version, canonicalModule + WEIGHT).orElse(canonicalModule + WEIGHT);
            spellings.add(name.substring(0, name.length() - WEIGHT.length()));
        }
        return spellings;
    }

    /**
     * The name under which transformers 5 saves the weight {@code canonicalName}, and which every version since 4.52
     * reads; empty if no rule claims it.
     */
    public Optional<String> saved(String canonicalName) {
        return rename(writing, canonicalName);
    }

    /**
     * The canonical name of each of {@code storedNames}, buffers left out.
     *
     * @param file the origin of the names, for messages
     * @return stored names by canonical name, in the order given
     * @throws CheckpointMismatchException if no rule claims a name, or two have the same canonical name; lists them
     */
    Map<String, String> storedByCanonical(Iterable<String> storedNames, Object file) {
        Map<String, String> stored = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (String name : storedNames) {
            if (isBuffer(name)) {
                continue;
            }
            Optional<String> canonical = canonical(name);
            if (canonical.isEmpty()) {
                problems.add(name + ": no known part of the model has this name");
                continue;
            }
            String earlier = stored.putIfAbsent(canonical.get(), name);
            if (earlier != null) {
                problems.add(name + " and " + earlier + ": both are " + canonical.get());
            }
        }
        if (!problems.isEmpty()) {
            throw new CheckpointMismatchException("Cannot understand " + problems.size() + " of the weight names in "
                    + file + ":" + CheckpointMismatchException.list(problems));
        }
        return stored;
    }

    private static Optional<String> rename(List<Rule> rules, String name) {
        return rules.stream().filter(rule -> rule.fits(name)).findFirst().map(rule -> rule.apply(name));
    }
}
