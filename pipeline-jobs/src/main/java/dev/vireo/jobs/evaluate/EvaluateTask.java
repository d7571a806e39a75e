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
import dev.vireo.tokenization.TextTokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.parquet.example.data.Group;

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
        int batchRows,
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
                settings.batchSize(),
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
                for (int first = plan.first(mine); first < plan.end(mine); first += batchRows) {
                    var batch = new Batch(reader, first, Math.min(first + batchRows, plan.end(mine)));
                    batch.answer(generator, text);
                    batch.write(scorer.score(batch.samples), table, tally);
                }
            }
        }
        return new PartResult(part, Map.of(TABLE, file), tally.sums());
    }

    /** Rows that are computed together. */
    private final class Batch {
        private final int first;
        private final List<Sample> samples = new ArrayList<>();
        private final List<Optional<YesNo>> truths = new ArrayList<>();
        private final Map<Integer, String> answers = new TreeMap<>();

        Batch(ShardReader reader, int first, int end) throws IOException {
            this.first = first;
            for (int row = first; row < end; row++) {
                samples.add(reader.sample(row));
                truths.add(YesNo.of(reader.text(row).chosen()));
            }
        }

        /** Lets the model speak where the report or a yes/no question asks for it. */
        void answer(Generator generator, TextTokenizer text) {
            List<Integer> free = new ArrayList<>();
            List<Integer> verdicts = new ArrayList<>();
            for (int i = 0; i < samples.size(); i++) {
                if (gallery.contains(first + i)) {
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

        void write(List<RowScore> scores, ParquetOutput table, Tally tally) throws IOException {
            for (int i = 0; i < samples.size(); i++) {
                tally.add(scores.get(i));
                Group group = table.newRow()
                        .append("model", name)
                        .append("row", first + i)
                        .append("row_id", samples.get(i).rowId());
                numbers(group, scores.get(i));
                String answer = answers.get(i);
                if (answer != null) {
                    group.append("answer", answer);
                }
                Optional<YesNo> truth = truths.get(i);
                if (truth.isPresent() && answer != null) {
                    Optional<YesNo> said = YesNo.of(answer);
                    tally.add(truth.get(), said.orElse(null));
                    group.append("expected", truth.get().name());
                    group.append("verdict", said.map(YesNo::name).orElse("NEITHER"));
                }
                table.write(group);
            }
        }

        private void numbers(Group group, RowScore score) {
            group.append("chosen_logps", score.chosen());
            if (score.isPair()) {
                group.append("rejected_logps", score.rejected());
            }
            group.append("base_chosen_logps", score.baseChosen());
            if (score.isPair()) {
                group.append("base_rejected_logps", score.baseRejected());
            }
            group.append("chosen_tokens", score.chosenTokens())
                    .append("rejected_tokens", score.rejectedTokens())
                    .append("kl", score.divergence() / (score.chosenTokens() + score.rejectedTokens()));
            if (score.isPair()) {
                group.append("log_odds", score.logOdds()).append("dpo_loss", score.dpoLoss(beta));
            }
        }
    }
}
