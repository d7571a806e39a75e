// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import dev.vireo.batch.Sample;
import dev.vireo.generation.SequenceScores;
import dev.vireo.jobs.config.JudgeSettings;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.workers.LoadedModel;
import dev.vireo.jobs.workers.ParquetOutput;
import dev.vireo.nn.Block.Weights;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tokenization.PairTokenizer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Has a row's answers compared and writes the verdicts and the pair, or counts why there is none. */
final class PairMaker implements AutoCloseable {
    private final Judge judge;
    private final PairTokenizer tokenizer;
    private final ShardReader reader;
    private final ParquetOutput verdicts;
    private final PairTable pairs;
    private final Map<String, Double> counts;

    private PairMaker(
            Judge judge,
            PairTokenizer tokenizer,
            ShardReader reader,
            ParquetOutput verdicts,
            PairTable pairs,
            Map<String, Double> counts) {
        this.judge = judge;
        this.tokenizer = tokenizer;
        this.reader = reader;
        this.verdicts = verdicts;
        this.pairs = pairs;
        this.counts = counts;
    }

    /** Takes over the tables. */
    static PairMaker open(
            LoadedModel model,
            ShardReader reader,
            JudgeSettings settings,
            ParquetOutput verdicts,
            PairTable pairs,
            Map<String, Double> counts) {
        PairTokenizer tokenizer = tokenizer(model.pretrained(), settings);
        Judge judge = new Judge(new SequenceScores(model.model(), Weights.ADAPTED), tokenizer, settings);
        return new PairMaker(judge, tokenizer, reader, verdicts, pairs, counts);
    }

    static PairTokenizer tokenizer(PretrainedModel model, JudgeSettings settings) {
        String template = settings.template().equals(JudgeSettings.MODEL_TEMPLATE) ? null : settings.template();
        return model.tokenizer(template, PairTokenizer.Bos.TEMPLATE);
    }

    /** @param number of the row in the shards */
    void add(int number, Sample row, List<Answered> answers) throws IOException {
        RowText text = reader.text(number);
        Optional<Drop> drop = pair(number, row, text, answers);
        counts.merge(drop.map(Drop::count).orElse("pairs"), 1.0, Double::sum);
    }

    private Optional<Drop> pair(int number, Sample row, RowText text, List<Answered> answers) throws IOException {
        if (row.images().size() > 1
                || text.prompt().size() != 1
                || !text.prompt().get(0).role().equals("user")) {
            return Optional.of(Drop.NOT_ONE_QUESTION);
        }
        Comparison comparison = Comparison.of(answers);
        if (comparison.nothing().isPresent()) {
            return comparison.nothing();
        }
        List<Verdict> found;
        try {
            found = judge.compare(row, text.question(), comparison.different());
        } catch (IllegalArgumentException e) {
            return Optional.of(Drop.NOT_JUDGEABLE);
        }
        for (Verdict verdict : found) {
            Tables.writeVerdict(verdicts, row.rowId(), verdict);
            counts.merge("verdicts", 1.0, Double::sum);
            counts.merge(verdict.picked().isPresent() ? "agreements" : "disagreements", 1.0, Double::sum);
        }
        Optional<Comparison.Choice> choice = comparison.choose(found);
        if (choice.isEmpty()) {
            return Optional.of(Drop.DISAGREEMENT);
        }
        pairs.write(text, row.images().isEmpty() ? null : reader.sourceImage(number, 0), choice.get());
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        try (tokenizer;
                verdicts) {
            pairs.close();
        }
    }
}
