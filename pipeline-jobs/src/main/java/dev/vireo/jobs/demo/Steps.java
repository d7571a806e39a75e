// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.demo;

import static dev.vireo.jobs.runtime.JobOption.ADAPTER;
import static dev.vireo.jobs.runtime.JobOption.ADAPTERS;
import static dev.vireo.jobs.runtime.JobOption.EVAL;
import static dev.vireo.jobs.runtime.JobOption.MODEL;
import static dev.vireo.jobs.runtime.JobOption.OUTPUT;
import static dev.vireo.jobs.runtime.JobOption.PARQUET;
import static dev.vireo.jobs.runtime.JobOption.SHARDS;

import dev.vireo.jobs.config.DemoSettings;
import dev.vireo.jobs.evaluate.EvaluateJob;
import dev.vireo.jobs.generate.GenerateJob;
import dev.vireo.jobs.prepare.PrepareJob;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.score.ScoreJob;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.jobs.train.TrainJob;
import dev.vireo.jobs.world.WorldJob;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The steps of the demo in their order, each in a directory of its own below the demo's. */
final class Steps {
    static final String TUNED = "tuned";

    private static final String PAIRS = "pairs";
    private static final String ASKED = "asked";
    private static final String TEST = "test";
    private static final String SELF = "self-critique";

    private final String directory;
    private final DemoSettings settings;

    Steps(String directory, DemoSettings settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** How many steps there are, those of both parts. */
    int count() {
        return making().size() + tuning(true).size();
    }

    /** From the world to the pairs that the model makes itself. */
    List<Step> making() {
        List<Step> steps = new ArrayList<>();
        steps.add(world(PAIRS, "pairs", settings.pictures(), 0));
        steps.add(world(ASKED, "pairs", settings.askedPictures(), 1));
        steps.add(world(TEST, "test", settings.testPictures(), 0));
        for (String set : List.of(PAIRS, ASKED, TEST)) {
            steps.add(prepare(set, in("world/" + set)));
        }
        steps.add(new Step(
                "score",
                "log-probabilities of the base model on pictures that training does not see",
                new ScoreJob(),
                Map.of(MODEL, one(model()), SHARDS, one(shards(TEST)), OUTPUT, one(in("score/base"))),
                List.of()));
        steps.add(new Step(
                "generate",
                "two answers to each question; the model itself judges them, in both orders",
                new GenerateJob(),
                Map.of(MODEL, one(model()), SHARDS, one(shards(ASKED)), OUTPUT, one(in("generate/" + SELF))),
                List.of()));
        return steps;
    }

    /**
     * From the pairs to the report.
     *
     * @param selfCritique whether the model's own pairs are among them: there are none where its verdicts never agreed
     */
    List<Step> tuning(boolean selfCritique) {
        List<Step> steps = new ArrayList<>();
        List<String> learnt = new ArrayList<>(List.of(shards(PAIRS)));
        if (selfCritique) {
            steps.add(prepare(SELF, selfPairs()));
            learnt.add(shards(SELF));
        }
        steps.add(new Step(
                "train",
                "ORPO with LoRA, two workers",
                new TrainJob(),
                Map.of(
                        MODEL,
                        one(model()),
                        SHARDS,
                        List.copyOf(learnt),
                        EVAL,
                        one(shards(TEST)),
                        OUTPUT,
                        one(in("train"))),
                List.of()));
        steps.add(answers("base", Map.of()));
        steps.add(answers(TUNED, Map.of(ADAPTER, one(adapter()))));
        steps.add(new Step(
                "evaluate",
                "base and tuned model side by side",
                new EvaluateJob(),
                Map.of(
                        MODEL,
                        one(model()),
                        ADAPTERS,
                        one(TUNED + "=" + adapter()),
                        SHARDS,
                        one(shards(TEST)),
                        OUTPUT,
                        one(evaluation())),
                List.of()));
        return steps;
    }

    String model() {
        return in("model");
    }

    /** Parquet of the pairs that the model made by its own verdicts. */
    String selfPairs() {
        return in("generate/" + SELF + "/pairs");
    }

    /** Where the evaluation lies. */
    String evaluation() {
        return in("evaluate");
    }

    /** Parquet of the test questions with their right answers. */
    String questions() {
        return in("world/" + TEST);
    }

    /** Parquet of a model's free answers to them. */
    String answers(String model) {
        return in("generate/" + model + "/candidates");
    }

    private Step world(String set, String split, int pictures, int seed) {
        return new Step(
                "world",
                pictures + " pictures with questions, right and hallucinated answers: " + set,
                new WorldJob(),
                Map.of(OUTPUT, one(in("world/" + set))),
                List.of("world.split=" + split, "world.pictures=" + pictures, "world.seed=" + seed));
    }

    private Step prepare(String set, String parquet) {
        return new Step(
                "prepare",
                "token ids and pixels: " + set,
                new PrepareJob(),
                Map.of(MODEL, one(model()), PARQUET, one(parquet), OUTPUT, one(shards(set))),
                List.of());
    }

    private Step answers(String name, Map<JobOption, List<String>> adapter) {
        Map<JobOption, List<String>> options = new EnumMap<>(
                Map.of(MODEL, one(model()), SHARDS, one(shards(TEST)), OUTPUT, one(in("generate/" + name))));
        options.putAll(adapter);
        return new Step(
                "generate",
                "the most likely answers of the " + name + " model",
                new GenerateJob(),
                options,
                List.of("generate.temperature=0", "generate.samples=1", "generate.critic=none"));
    }

    private String shards(String set) {
        return in("shards/" + set);
    }

    private String adapter() {
        return in("train/adapter");
    }

    private String in(String name) {
        return Storage.child(directory, name);
    }

    private static List<String> one(String value) {
        return List.of(value);
    }
}
