// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a run, checked as a whole.
 *
 * @param model how the model is held and computed
 * @param prepare of the {@code prepare} job
 * @param score of the {@code score} job
 * @param generate of the {@code generate} job
 * @param train of the {@code train} job
 * @param evaluate of the {@code evaluate} job
 * @param adapter of the {@code adapter} jobs
 * @param plan of the {@code plan} job
 * @param world of the {@code world} job
 * @param demo of the {@code demo} job
 * @param written every key with its resolved value as it would be written, sorted by key; what {@code run.json} records
 * @param given of those the keys that files or arguments set, the same value as the default's too
 */
public record Settings(
        ModelSettings model,
        PrepareSettings prepare,
        ScoreSettings score,
        GenerateSettings generate,
        TrainSettings train,
        EvaluateSettings evaluate,
        AdapterSettings adapter,
        PlanSettings plan,
        WorldSettings world,
        DemoSettings demo,
        SortedMap<String, String> written,
        SortedMap<String, String> given) {

    /**
     * Resolves defaults, files and arguments.
     *
     * @param home the installation, in whose {@code conf/} bare names of files are looked up
     * @param files HOCON files, later ones win
     * @param assignments {@code key=value}, which win over files
     * @throws InvalidSettingsException with every problem that was found
     */
    public static Settings resolve(@Nullable Path home, List<String> files, List<String> assignments) {
        List<String> problems = new ArrayList<>();
        Config reference = ReferenceSettings.load();
        Config written = new SettingsLayers(home, problems).user(files, assignments);
        Config user = UnknownKeys.remove(written, reference, problems);
        Config all = user.withFallback(reference);
        Settings settings = read(new SettingsReader(all, problems), written(all, reference), written(user, reference));
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
        return settings;
    }

    /** The shipped defaults. */
    public static Settings defaults() {
        return resolve(null, List.of(), List.of());
    }

    /** The sections of the settings, in reading order. */
    public static List<String> sections() {
        return List.of(
                "model", "prepare", "score", "generate", "train", "plan", "evaluate", "adapter", "world", "demo");
    }

    /** What help says about the settings of a section such as {@code train}, in reading order. */
    public static List<SettingDescription> describe(String section) {
        return ReferenceSettings.describe(section);
    }

    static Settings read(SettingsReader reader, SortedMap<String, String> written, SortedMap<String, String> given) {
        ModelSettings model = ModelSettings.read(reader.below("model"));
        TrainSettings train = TrainSettings.read(reader.below("train"));
        if (train.full() && model.format().isQuantized()) {
            reader.below("model").invalid("base", "as-is with train.full=true, which trains the weights themselves");
        }
        return new Settings(
                model,
                PrepareSettings.read(reader.below("prepare")),
                ScoreSettings.read(reader.below("score")),
                GenerateSettings.read(reader.below("generate")),
                train,
                EvaluateSettings.read(reader.below("evaluate")),
                AdapterSettings.read(reader.below("adapter")),
                PlanSettings.read(reader.below("plan")),
                WorldSettings.read(reader.below("world")),
                DemoSettings.read(reader.below("demo")),
                written,
                given);
    }

    private static SortedMap<String, String> written(Config all, Config reference) {
        SortedMap<String, String> written = new TreeMap<>();
        for (Map.Entry<String, ConfigValue> entry : reference.entrySet()) {
            if (all.hasPath(entry.getKey())) {
                written.put(entry.getKey(), ReferenceSettings.written(all.getValue(entry.getKey())));
            }
        }
        return written;
    }
}
