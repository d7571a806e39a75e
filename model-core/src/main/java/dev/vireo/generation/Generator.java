// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import ai.djl.ndarray.NDManager;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.model.VisionLanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Lets a model answer. A row's prompt and images are computed once for all of its answers, and every step computes one token
 * of all answers that are not finished, of all rows given together.
 *
 * <p>The draws of an answer depend on (seed, row id, sample) alone. Answers are the same whatever else is generated with
 * them, up to the rounding of sums, which depends on the number of sequences in a step.
 */
public final class Generator {
    private final VisionLanguageModel model;
    private final Set<Integer> endIds;

    /**
     * @param model with the adapter that is attached to it, if any
     * @param endIds tokens that end an answer
     */
    public Generator(VisionLanguageModel model, Set<Integer> endIds) {
        this.model = model;
        this.endIds = Set.copyOf(endIds);
    }

    /** A row's answers, by sample. The row's own answers are not looked at. */
    public List<Candidate> generate(Sample row, Sampling sampling) {
        return generate(List.of(row), sampling).get(0);
    }

    /**
     * The answers of several rows, computed together.
     *
     * @return for each row its answers, by sample
     * @throws IllegalStateException naming the row whose logits are not finite
     */
    public List<List<Candidate>> generate(List<Sample> rows, Sampling sampling) {
        if (rows.isEmpty()) {
            return List.of();
        }
        List<Answering> answers = answers(rows, sampling);
        var prompts = PackedBatch.of(
                rows.stream()
                        .map(row -> row.withAnswers(Answer.none(), Answer.none()))
                        .toList(),
                model.imageTokenId(),
                PromptTargets.IGNORED);
        try (NDManager scope = model.newScope()) {
            run(scope, prompts, answers, sampling);
        }
        List<List<Candidate>> candidates = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            candidates.add(answers.subList(row * sampling.samples(), (row + 1) * sampling.samples()).stream()
                    .map(Answering::toCandidate)
                    .toList());
        }
        return candidates;
    }

    private static List<Answering> answers(List<Sample> rows, Sampling sampling) {
        List<Answering> answers = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            Sample sample = rows.get(row);
            for (int i = 0; i < sampling.samples(); i++) {
                var draws = new Draws(sampling.seed(), sample.rowId(), i);
                answers.add(
                        new Answering(answers.size(), row, i, sample.prefixTokens(), draws, sampling.maxNewTokens()));
            }
        }
        return answers;
    }

    private void run(NDManager scope, PackedBatch prompts, List<Answering> answers, Sampling sampling) {
        var next = new NextToken(sampling);
        var cache =
                new KeyValueCache(model, scope, prompts, Math.multiplyExact(answers.size(), sampling.maxNewTokens()));
        Logits first = Logits.of(model, scope, cache.prefill(prompts), sampling.temperature());
        for (Answering answer : answers) {
            append(answer, first, answer.row(), next, prompts);
        }
        List<Answering> active = unfinished(answers);
        while (!active.isEmpty()) {
            try (NDManager temporary = scope.newSubManager()) {
                Logits logits = Logits.of(model, temporary, cache.step(temporary, active), sampling.temperature());
                for (int i = 0; i < active.size(); i++) {
                    append(active.get(i), logits, i, next, prompts);
                }
            }
            active = unfinished(active);
        }
    }

    private void append(Answering answer, Logits logits, int sequence, NextToken next, PackedBatch prompts) {
        if (!logits.isFinite(sequence)) {
            throw new IllegalStateException("Cannot generate an answer to row "
                    + prompts.samples().get(answer.row()).rowId() + ": the model's logits are not finite");
        }
        int id = next.choose(logits, sequence, answer.draws());
        answer.append(id, logits.logProb(sequence, id), endIds);
    }

    private static List<Answering> unfinished(List<Answering> answers) {
        return answers.stream().filter(answer -> !answer.isFinished()).toList();
    }
}
