// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import dev.vireo.batch.Sample;
import dev.vireo.generation.Candidate;
import dev.vireo.generation.Generator;
import dev.vireo.generation.Sampling;
import dev.vireo.jobs.config.JudgeSettings;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.workers.LoadedModel;
import dev.vireo.jobs.workers.LoadedModels;
import dev.vireo.jobs.workers.ModelSpec;
import dev.vireo.jobs.workers.OpenShards;
import dev.vireo.jobs.workers.ParquetOutput;
import dev.vireo.jobs.workers.PartOutput;
import dev.vireo.jobs.workers.PartPlan;
import dev.vireo.jobs.workers.PartResult;
import dev.vireo.jobs.workers.PartWork;
import dev.vireo.tokenization.TextTokenizer;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Generates the answers to a part's rows and, with a critic, their pairs. */
record GenerateTask(ModelSpec spec, List<String> shards, PartPlan plan, String output, Request request)
        implements PartWork {
    /**
     * What is asked of the model.
     *
     * @param sampling how answers are drawn
     * @param groupRows rows whose answers are computed together
     * @param judge what the critic is asked; null without one
     * @param provenance of the pairs
     */
    record Request(
            Sampling sampling, int groupRows, @Nullable JudgeSettings judge, Provenance provenance)
            implements Serializable {}

    @Override
    public PartResult run(int part) throws IOException {
        Map<String, String> files = new TreeMap<>();
        Map<String, Double> counts = new TreeMap<>();
        try (LoadedModels.Lease lease = LoadedModels.lease(spec)) {
            LoadedModel model = lease.model();
            ShardSet rows = OpenShards.of(spec.run(), spec.storage(), shards);
            try (ShardReader reader = rows.reader(model.pretrained().images());
                    TextTokenizer text = TextTokenizer.open(model.pretrained().directory());
                    ParquetOutput candidates = open(files, Tables.CANDIDATES, Tables.CANDIDATES_SCHEMA, part);
                    PairMaker pairs = pairs(model, reader, files, counts, part)) {
                var generator = new Generator(model.model(), text.endIds());
                for (int first = plan.first(part); first < plan.end(part); first += request.groupRows()) {
                    List<Sample> group = group(reader, first, Math.min(first + request.groupRows(), plan.end(part)));
                    List<List<Candidate>> answers = generator.generate(group, request.sampling());
                    for (int i = 0; i < group.size(); i++) {
                        List<Answered> answered = words(text, answers.get(i));
                        write(candidates, group.get(i), answered, counts);
                        if (pairs != null) {
                            pairs.add(first + i, group.get(i), answered);
                        }
                    }
                }
            }
        }
        return new PartResult(part, files, counts);
    }

    private ParquetOutput open(Map<String, String> files, String table, String schema, int part) throws IOException {
        String file = PartOutput.attempt(output, table, part);
        files.put(table, file);
        return new ParquetOutput(spec.storage(), file, schema);
    }

    private @Nullable PairMaker pairs(
            LoadedModel model, ShardReader reader, Map<String, String> files, Map<String, Double> counts, int part)
            throws IOException {
        JudgeSettings judge = request.judge();
        if (judge == null) {
            return null;
        }
        return PairMaker.open(
                model,
                reader,
                judge,
                open(files, Tables.VERDICTS, Tables.VERDICTS_SCHEMA, part),
                new PairTable(open(files, PairTable.NAME, PairTable.SCHEMA, part), request.provenance()),
                counts);
    }

    private static List<Sample> group(ShardReader reader, int first, int end) throws IOException {
        List<Sample> group = new ArrayList<>();
        for (int row = first; row < end; row++) {
            group.add(reader.sample(row));
        }
        return group;
    }

    private static List<Answered> words(TextTokenizer text, List<Candidate> candidates) {
        return candidates.stream()
                .map(candidate -> new Answered(candidate, text.decode(candidate.textIds())))
                .toList();
    }

    private static void write(ParquetOutput table, Sample row, List<Answered> answers, Map<String, Double> counts)
            throws IOException {
        counts.merge("rows", 1.0, Double::sum);
        for (Answered answer : answers) {
            Tables.writeCandidate(table, row.rowId(), answer);
            counts.merge("candidates", 1.0, Double::sum);
            counts.merge("tokens", (double) answer.candidate().ids().length, Double::sum);
            counts.merge("logps", answer.candidate().logp(), Double::sum);
            counts.merge("finished." + answer.candidate().finishReason(), 1.0, Double::sum);
        }
    }
}
