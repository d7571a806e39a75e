// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class YesNoScoresTest {
    @Test
    void percentagesFollowAmber() {
        // 7 of 10 right; 5 said No, of which 4 rightly; 6 are No
        YesNoScores scores = new YesNoScores(10, 7, 5, 6, 4);
        assertThat(scores.accuracy()).isEqualTo(70.0); // 7 / 10.001 = 0.69993
        assertThat(scores.precision()).isEqualTo(80.0); // 4 / 5.001 = 0.79984
        assertThat(scores.recall()).isEqualTo(66.7); // 4 / 6.001 = 0.66656
        assertThat(scores.f1()).isEqualTo(72.7); // 2 * 0.8 * 0.667 / (1.467 + 0.0001) = 0.72742
    }

    @Test
    void nothingSaidGivesZeroAndNoDivisionByZero() {
        YesNoScores scores = new YesNoScores(3, 0, 0, 0, 0);
        assertThat(scores.precision()).isZero();
        assertThat(scores.recall()).isZero();
        assertThat(scores.f1()).isZero();
    }

    @Test
    void verdictIsTheFirstWordAsSpelled() {
        assertThat(YesNo.of(" Yes, there is.")).contains(YesNo.YES);
        assertThat(YesNo.of("No")).contains(YesNo.NO);
        assertThat(YesNo.of("No.\nIt is not.")).contains(YesNo.NO);
        for (String neither : new String[] {"", "yes", "NO", "Nothing", "Yesterday", "I think No"}) {
            assertThat(YesNo.of(neither)).as(neither).isEmpty();
        }
    }

    @Test
    void intervalIsWilsons() {
        // Wilson (1927) for 8 of 10: 0.4902 to 0.9433
        Share share = new Share(8, 10);
        assertThat(share.low()).isCloseTo(0.4902, within(5e-5));
        assertThat(share.high()).isCloseTo(0.9433, within(5e-5));
        assertThat(new Share(0, 20).low()).isCloseTo(0, within(1e-12));
        assertThat(new Share(20, 20).high()).isCloseTo(1, within(1e-12));
    }

    @Test
    void galleryIsSpreadEvenly() {
        assertThat(Gallery.rows(100, 4)).containsExactly(12, 37, 62, 87);
        assertThat(Gallery.rows(2, 5)).containsExactly(0, 1);
        assertThat(Gallery.rows(7, 0)).isEmpty();
    }
}
