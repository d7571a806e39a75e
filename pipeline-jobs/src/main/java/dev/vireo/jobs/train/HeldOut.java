// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.image.ImageProcessor;
import dev.vireo.jobs.shards.RowIndex;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.objective.MetricSums;
import dev.vireo.training.BatchTotals;
import dev.vireo.training.Evaluation;
import dev.vireo.training.GradientExchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Evaluates a replica on the held-out rows, each worker on its share. Confined to one thread. */
final class HeldOut implements AutoCloseable {
    private final Evaluation evaluation;
    private final ShardReader reader;
    private final RowIndex index;
    private final BatchTotals totals;
    private final int rows;
    private final int batchRows;

    /**
     * @param rows that are evaluated, the first ones; 0 is all
     * @param batchRows in one forward pass
     */
    HeldOut(
            Evaluation evaluation,
            ShardSet shards,
            ImageProcessor images,
            PromptTargets targets,
            int rows,
            int batchRows) {
        this.evaluation = evaluation;
        this.reader = shards.reader(images);
        this.index = shards.index();
        this.rows = rows == 0 ? shards.rows() : Math.min(rows, shards.rows());
        this.batchRows = batchRows;
        long answers = 0;
        long nllTokens = 0;
        for (int row = 0; row < this.rows; row++) {
            answers += index.answers(row);
            nllTokens += index.nllTokens(row, targets);
        }
        this.totals = new BatchTotals(this.rows, answers, nllTokens);
    }

    /** The means over all rows; the same on every worker. */
    Map<String, Double> evaluate(GradientExchange exchange) throws IOException {
        MetricSums sums = evaluation.zero();
        double[] mismatched = new double[2];
        if (evaluation.needsMismatched()) {
            forEachBatch(
                    exchange,
                    row -> reader.mismatched(row, index.mismatched(row)),
                    samples -> evaluation.addMismatched(samples, mismatched));
            exchange.sum(mismatched);
        }
        forEachBatch(exchange, reader::sample, samples -> evaluation.add(samples, totals, mismatched, sums));
        double[] flat = sums.flat();
        exchange.sum(flat);
        return MetricSums.of(sums.names(), flat).means();
    }

    /** Reads a row. */
    private interface Row {
        Sample read(int row) throws IOException;
    }

    private void forEachBatch(GradientExchange exchange, Row row, Consumer<List<Sample>> work) throws IOException {
        int batches = (rows + batchRows - 1) / batchRows;
        for (int batch = exchange.rank(); batch < batches; batch += exchange.worldSize()) {
            List<Sample> samples = new ArrayList<>();
            for (int n = batch * batchRows; n < Math.min(rows, (batch + 1) * batchRows); n++) {
                samples.add(row.read(n));
            }
            work.accept(samples);
        }
    }

    @Override
    public void close() throws IOException {
        evaluation.close();
        reader.close();
    }
}
