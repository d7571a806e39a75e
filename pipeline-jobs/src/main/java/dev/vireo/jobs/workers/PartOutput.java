// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Tables that tasks write part by part. A task writes under {@code _attempts/}, with a name of its own; when Spark reports its
 * first success for a part, the driver moves the files into the tables and then writes the part's marker in {@code _parts/}. So
 * a part that runs twice is there once, and a part without a marker is computed again by the next run.
 */
public final class PartOutput {
    private static final String ATTEMPTS = "_attempts";
    private static final String MARKERS = "_parts";

    private final Storage storage;
    private final OutputDirectory output;
    private final SortedMap<Integer, Map<String, Double>> accepted = new TreeMap<>();

    private PartOutput(Storage storage, OutputDirectory output) {
        this.storage = storage;
        this.output = output;
    }

    /** Opens an output and reads which parts are there. */
    public static PartOutput open(Storage storage, OutputDirectory output) throws IOException {
        var parts = new PartOutput(storage, output);
        if (storage.exists(output.child(MARKERS))) {
            for (FileEntry marker : storage.list(output.child(MARKERS))) {
                parts.read(marker);
            }
        }
        return parts;
    }

    private void read(FileEntry marker) throws IOException {
        JsonObject written =
                JsonParser.parseString(storage.readText(marker.path())).getAsJsonObject();
        Map<String, Double> counts = new TreeMap<>();
        for (Map.Entry<String, JsonElement> count :
                written.getAsJsonObject("counts").entrySet()) {
            counts.put(count.getKey(), count.getValue().getAsDouble());
        }
        accepted.put(written.get("part").getAsInt(), counts);
    }

    /** The parts that are still to be computed. */
    public List<Integer> missing(PartPlan plan) {
        List<Integer> missing = new ArrayList<>();
        for (int part = 0; part < plan.parts(); part++) {
            if (!accepted.containsKey(part)) {
                missing.add(part);
            }
        }
        return missing;
    }

    /**
     * A name for a task's file, called by the task.
     *
     * @param directory of the output
     * @param table that the file belongs to
     */
    public static String attempt(String directory, String table, int part) {
        return Storage.child(
                directory, ATTEMPTS + "/" + PartPlan.name(part) + "-" + table + "-" + UUID.randomUUID() + ".parquet");
    }

    /**
     * Takes a part's files into the tables. The table {@code ""} is the output itself.
     *
     * @param result the first success of this part
     */
    public synchronized void accept(PartResult result) throws IOException {
        for (Map.Entry<String, String> file : result.files().entrySet()) {
            String table = file.getKey().isEmpty() ? output.path() : output.child(file.getKey());
            storage.createDirectory(table);
            storage.move(file.getValue(), Storage.child(table, PartPlan.name(result.part()) + ".parquet"));
        }
        JsonObject marker = new JsonObject();
        marker.addProperty("part", result.part());
        JsonObject counts = new JsonObject();
        result.counts().forEach(counts::addProperty);
        marker.add("counts", counts);
        storage.publish(output.child(MARKERS + "/" + PartPlan.name(result.part()) + ".json"), marker.toString());
        accepted.put(result.part(), result.counts());
    }

    /** The sum of a count over all accepted parts; 0 where no part counted it. */
    public synchronized double total(String count) {
        return accepted.values().stream()
                .mapToDouble(counts -> counts.getOrDefault(count, 0.0))
                .sum();
    }

    /** The names of all counts. */
    public synchronized Set<String> countNames() {
        Set<String> names = new TreeSet<>();
        accepted.values().forEach(counts -> names.addAll(counts.keySet()));
        return names;
    }

    /** Removes what tasks left that did not count, and marks the output as finished. */
    public void finish(JsonObject summary) throws IOException {
        storage.delete(output.child(ATTEMPTS));
        output.finish(summary);
    }
}
