// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.vireo.jobs.config.Settings;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What decides a run: the content of {@code run.json}, and the fingerprint by which an interrupted run is known again.
 *
 * @param model its directory
 * @param adapter the adapter that is continued, or "none"
 * @param hashes of everything that is read
 * @param settings every key and its value
 * @param resolved what the settings leave open: precision, steps
 */
record RunRecord(
        String model,
        String adapter,
        SortedMap<String, String> hashes,
        SortedMap<String, String> settings,
        SortedMap<String, String> resolved) {
    private static final Gson GSON = new Gson();
    private static final String[] SECTIONS = {"model.", "train."};
    /** Settings that change when things happen, and not what comes out. */
    private static final String[] HARMLESS = {
        "model.threads",
        "train.keep",
        "train.log-every",
        "train.segment-steps",
        "train.max-failures",
        "train.max-skipped",
        "train.hang-timeout",
        "train.grace-period",
        "train.exchange-timeout",
        "train.save-every",
    };

    static SortedMap<String, String> settingsOf(Settings settings) {
        SortedMap<String, String> kept = new TreeMap<>();
        for (String section : SECTIONS) {
            settings.written().forEach((key, value) -> {
                if (key.startsWith(section)) {
                    kept.put(key, value);
                }
            });
        }
        return kept;
    }

    /** Equal for runs that give the same result. */
    String fingerprint() {
        SortedMap<String, String> deciding = new TreeMap<>(settings);
        for (String key : HARMLESS) {
            deciding.remove(key);
        }
        SortedMap<String, SortedMap<String, String>> all = new TreeMap<>();
        all.put("hashes", hashes);
        all.put("settings", deciding);
        all.put("resolved", resolved);
        return GSON.toJson(all);
    }

    /** The content of {@code run.json}. */
    JsonObject toJson(String sparkVersion, String master) {
        JsonObject run = new JsonObject();
        run.addProperty("job", "train");
        run.addProperty("model", model);
        run.addProperty("adapter", adapter);
        run.add("hashes", GSON.toJsonTree(hashes));
        run.add("resolved", GSON.toJsonTree(resolved));
        run.add("settings", GSON.toJsonTree(settings));
        JsonObject versions = new JsonObject();
        versions.addProperty("vireo", version());
        versions.addProperty("spark", sparkVersion);
        versions.addProperty("java", System.getProperty("java.version"));
        versions.addProperty(
                "djl", String.valueOf(ai.djl.engine.Engine.class.getPackage().getImplementationVersion()));
        run.add("versions", versions);
        run.addProperty("master", master);
        return run;
    }

    private static String version() {
        String version = RunRecord.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
