// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.tensor.Precision;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final Golden GOLDEN = Golden.of("llavanext-window");
    /** Nats, for twelve tokens of which each logit carries 8 bits. */
    private static final double BFLOAT16_LOGP = 0.5;

    private static VisionLanguageModel model;

    @BeforeAll
    static void load() {
        model = GoldenModels.load(GOLDEN, Precision.FP32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void aSampleIsTheSameHoweverManyAreDrawnAndWhateverRowsAreBeside() {
        var generator = new Generator(model, Set.of(2));
        Sample row = GOLDEN.row("plain");
        List<Candidate> many = generator.generate(row, sampling(5, 3));
        List<Candidate> few = generator.generate(row, sampling(2, 3));
        List<Candidate> beside = generator
                .generate(List.of(GOLDEN.row("turns"), row, GOLDEN.row("text-only")), sampling(3, 3))
                .get(1);
        for (int i = 0; i < 2; i++) {
            assertThat(few.get(i).ids()).isEqualTo(many.get(i).ids());
            assertThat(beside.get(i).ids()).isEqualTo(many.get(i).ids());
        }
        assertThat(many).extracting(Candidate::sample).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void samplesSeedsAndRowsDrawDifferently() {
        var generator = new Generator(model, Set.of());
        Sample row = GOLDEN.row("plain");
        var texts = new HashSet<String>();
        generator.generate(row, sampling(3, 3)).forEach(c -> texts.add(Arrays.toString(c.ids())));
        generator.generate(row, sampling(3, 4)).forEach(c -> texts.add(Arrays.toString(c.ids())));
        Sample renamed =
                new Sample("other", row.promptIds(), row.images(), row.imageSpans(), Answer.none(), Answer.none());
        generator.generate(renamed, sampling(3, 3)).forEach(c -> texts.add(Arrays.toString(c.ids())));
        assertThat(texts).hasSize(9);
    }

    @Test
    void logpIsWhatTheModelGivesTheAnswerWhenItIsScored() {
        Sample row = GOLDEN.row("two-images");
        List<Candidate> candidates = new Generator(model, Set.of(2)).generate(row, sampling(2, 1));
        Sample answered = row.withAnswers(
                Answer.of(candidates.get(0).ids()), Answer.of(candidates.get(1).ids()));
        PairScore score =
                new SequenceScores(model, Weights.ADAPTED).of(List.of(answered)).get(0);
        assertThat(candidates.get(0).logp()).isCloseTo(score.chosenLogps(), within(1e-3));
        assertThat(candidates.get(1).logp()).isCloseTo(score.rejectedLogps(), within(1e-3));
        assertThat(score.chosenTokens()).isEqualTo(candidates.get(0).ids().length);
    }

    @Test
    void bfloat16AnswersScoreAsTheyWereGenerated() {
        try (VisionLanguageModel narrow = GoldenModels.load(GOLDEN, Precision.BF16)) {
            Sample row = GOLDEN.row("plain");
            Candidate candidate = new Generator(narrow, Set.of())
                    .generate(row, sampling(3, 1))
                    .get(2);
            Sample answered = row.withAnswers(Answer.of(candidate.ids()), Answer.none());
            PairScore score = new SequenceScores(narrow, Weights.ADAPTED)
                    .of(List.of(answered))
                    .get(0);
            assertThat(candidate.logp()).isCloseTo(score.chosenLogps(), within(BFLOAT16_LOGP));
        }
    }

    @Test
    void anEndTokenEndsTheAnswerAndStaysOutOfTheText() {
        Sample row = GOLDEN.row("plain");
        int[] greedy = new Generator(model, Set.of())
                .generate(row, Sampling.greedy(8))
                .get(0)
                .ids();
        Candidate ended = new Generator(model, Set.of(greedy[3]))
                .generate(row, Sampling.greedy(8))
                .get(0);
        assertThat(ended.ids()).isEqualTo(Arrays.copyOf(greedy, 4));
        assertThat(ended.textIds()).isEqualTo(Arrays.copyOf(greedy, 3));
        assertThat(ended.finishReason()).isEqualTo("stop");
    }

    @Test
    void answersThatEndEarlyLeaveTheOthersUnchanged() {
        Sample row = GOLDEN.row("plain");
        List<Candidate> whole = new Generator(model, Set.of()).generate(row, sampling(4, 9));
        int end = whole.get(1).ids()[2];
        List<Candidate> cut = new Generator(model, Set.of(end)).generate(row, sampling(4, 9));
        for (int i = 0; i < 4; i++) {
            int[] ids = whole.get(i).ids();
            int length = 0;
            while (length < ids.length && (length == 0 || ids[length - 1] != end)) {
                length++;
            }
            assertThat(cut.get(i).ids()).isEqualTo(Arrays.copyOf(ids, length));
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Sampling(0, 1, 1, 0, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Invalid samples: 0 (expected >= 1)");
        assertThatThrownBy(() -> new Sampling(1, 1, 1.5, 0, 1, 0))
                .hasMessage("Invalid topP: 1.5 (expected > 0 and <= 1)");
    }

    private static Sampling sampling(int samples, long seed) {
        return new Sampling(samples, 1, 1, 0, 12, seed);
    }
}
