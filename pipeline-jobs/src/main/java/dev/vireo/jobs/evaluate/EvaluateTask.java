// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import dev.vireo.batch.Sample;
import dev.vireo.generation.Candidate;
import dev.vireo.generation.Generator;
import dev.vireo.generation.Sampling;
import dev.vireo.jobs.config.EvaluateSettings;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.workers.LoadedModels;
import dev.vireo.jobs.workers.ModelSpec;
import dev.vireo.jobs.workers.OpenShards;
import dev.vireo.jobs.workers.ParquetOutput;
import dev.vireo.jobs.workers.PartOutput;
import dev.vireo.jobs.workers.PartPlan;
import dev.vireo.jobs.workers.PartResult;
import dev.vireo.jobs.workers.PartWork;
import dev.vireo.jobs.workers.RowGroups;
import dev.vireo.tokenization.TextTokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Evaluates a part of the rows with one model. Parts of all models are numbered through: those of the first model, those of
 * the second, and so on.
 *
 * @param spec the model and its adapter
 * @param model number of the model
 * @param name of the model in tables
 * @param plan parts of the rows
 * @param gallery rows whose free answers the report shows
 */
record EvaluateTask(
        ModelSpec spec,
        int model,
        String name,
        List<String> shards,
        PartPlan plan,
        List<Integer> gallery,
        String output,
        RowGroups groups,
        double beta,
        int maxNewTokens)
        implements PartWork {
    static final String TABLE = "metrics";

    /** Enough for a first word in any tokenizer. */
    private static final int VERDICT_TOKENS = 12;

    static final String SCHEMA = """
            message evaluation {
              required binary model (STRING);
              required int32 row;
              required binary row_id (STRING);
              required double chosen_logps;
              optional double rejected_logps;
              required double base_chosen_logps;
              optional double base_rejected_logps;
              required int32 chosen_tokens;
              required int32 rejected_tokens;
              required double kl;
              optional double log_odds;
              optional double dpo_loss;
              optional binary answer (STRING);
              optional binary expected (STRING);
              optional binary verdict (STRING);
            }
            """;

    EvaluateTask {
        shards = List.copyOf(shards);
        gallery = List.copyOf(gallery);
    }

    static EvaluateTask of(
            ModelSpec spec,
            int model,
            String name,
            List<String> shards,
            PartPlan plan,
            EvaluateSettings settings,
            String output) {
        return new EvaluateTask(
                spec,
                model,
                name,
                shards,
                plan,
                Gallery.rows(plan.rows(), settings.gallery()),
                output,
                RowGroups.of(settings.batchSize(), settings.maxTokens()),
                settings.beta(),
                settings.maxNewTokens());
    }

    @Override
    public PartResult run(int part) throws IOException {
        int mine = part - model * plan.parts();
        String file = PartOutput.attempt(output, TABLE, part);
        Tally tally = new Tally(model, beta);
        try (LoadedModels.Lease lease = LoadedModels.lease(spec)) {
            ShardSet rows = OpenShards.of(spec.run(), spec.storage(), shards);
            try (ShardReader reader = rows.reader(lease.model().pretrained().images());
                    TextTokenizer text =
                            TextTokenizer.open(lease.model().pretrained().directory());
                    ParquetOutput table = new ParquetOutput(spec.storage(), file, SCHEMA)) {
                var scorer = new RowScorer(lease.model().model(), spec.adapter() != null);
                var generator = new Generator(lease.model().model(), text.endIds());
                Map<Integer, EvaluatedRow> evaluated = new TreeMap<>();
                for (int[] group : groups.cut(plan.first(mine), plan.end(mine), rows.index()::tokens)) {
                    var batch = new Batch(reader, group);
                    batch.answer(generator, text);
                    batch.collect(scorer.score(batch.samples), evaluated);
                }
                for (EvaluatedRow row : evaluated.values()) {
                    row.count(tally);
                    table.write(row.fill(table.newRow(), name, beta));
                }
            }
        }
        return new PartResult(part, Map.of(TABLE, file), tally.sums());
    }

    /** Rows that are computed together. */
    private final class Batch {
        private final int[] rows;
        private final List<Sample> samples = new ArrayList<>();
        private final List<Optional<YesNo>> truths = new ArrayList<>();
        private final Map<Integer, String> answers = new TreeMap<>();

        Batch(ShardReader reader, int[] rows) throws IOException {
            this.rows = rows;
            for (int row : rows) {
                samples.add(reader.sample(row));
                truths.add(YesNo.of(reader.text(row).chosen()));
            }
        }

        /** Lets the model speak where the report or a yes/no question asks for it. */
        void answer(Generator generator, TextTokenizer text) {
            List<Integer> free = new ArrayList<>();
            List<Integer> verdicts = new ArrayList<>();
            for (int i = 0; i < samples.size(); i++) {
                if (gallery.contains(rows[i])) {
                    free.add(i);
                } else if (truths.get(i).isPresent()) {
                    verdicts.add(i);
                }
            }
            answer(generator, text, free, maxNewTokens);
            answer(generator, text, verdicts, Math.min(VERDICT_TOKENS, maxNewTokens));
        }

        private void answer(Generator generator, TextTokenizer text, List<Integer> places, int tokens) {
            List<Sample> asked = places.stream().map(samples::get).toList();
            List<List<Candidate>> given = generator.generate(asked, Sampling.greedy(tokens));
            for (int i = 0; i < places.size(); i++) {
                int[] ids = given.get(i).get(0).textIds();
                answers.put(places.get(i), text.decode(ids).strip());
            }
        }

        void collect(List<RowScore> scores, Map<Integer, EvaluatedRow> evaluated) {
            for (int i = 0; i < rows.length; i++) {
                var row = new EvaluatedRow(
                        rows[i],
                        samples.get(i).rowId(),
                        scores.get(i),
                        Optional.ofNullable(answers.get(i)),
                        truths.get(i));
                evaluated.put(rows[i], row);
            }
        }
    }
}
