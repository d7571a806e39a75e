// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.jobs.config.CheckpointSettings;
import dev.vireo.jobs.config.Settings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentLengthsTest {
    @Test
    void segmentsEndWhereTheRunEvaluatesSavesAndEnds() {
        SegmentLengths lengths = new SegmentLengths(settings("train.eval-every=7", "train.save-every=10"), 25, true);
        lengths.measured(10, 1);
        assertThat(ends(lengths, 25)).containsExactly(7L, 10L, 14L, 20L, 21L, 25L);
        assertThat(lengths.evaluatesAt(14)).isTrue();
        assertThat(lengths.savesAt(14)).isFalse();
        assertThat(lengths.savesAt(20)).isTrue();
        assertThat(lengths.evaluatesAt(25) && lengths.savesAt(25)).isTrue();
    }

    @Test
    void nothingIsEvaluatedWithoutHeldOutRows() {
        SegmentLengths lengths = new SegmentLengths(settings("train.segment-steps=10"), 25, false);
        lengths.measured(10, 1);
        assertThat(ends(lengths, 25)).containsExactly(10L, 20L, 25L);
        assertThat(lengths.evaluatesAt(25)).isFalse();
    }

    @Test
    void slowStepsMakeShortSegmentsAndTheFirstIsShort() {
        SegmentLengths lengths = new SegmentLengths(settings(), 1000, false);
        assertThat(lengths.end(0)).isEqualTo(2);
        lengths.measured(2, 20);
        assertThat(lengths.end(2)).isEqualTo(5);
        lengths.measured(3, 300);
        assertThat(lengths.end(5)).isEqualTo(6);
        lengths.measured(1, 0.001);
        assertThat(lengths.end(6)).isEqualTo(56);
    }

    private static List<Long> ends(SegmentLengths lengths, long steps) {
        List<Long> ends = new ArrayList<>();
        for (long at = 0; at < steps; ) {
            at = lengths.end(at);
            ends.add(at);
        }
        return ends;
    }

    private static CheckpointSettings settings(String... assignments) {
        return Settings.resolve(null, List.of(), List.of(assignments)).train().checkpoint();
    }
}
