// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.jobs.config.WorldSettings;
import dev.vireo.jobs.config.WorldSettings.Schema;
import dev.vireo.jobs.config.WorldSettings.Split;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class WorldTest {
    private static final int PICTURES = 5000;

    @Test
    void noContentIsInTwoSplitsWhateverTheSeed() {
        Set<String> seen = new HashSet<>();
        for (Split split : Split.values()) {
            Set<String> keys = new HashSet<>(keys(split, 1));
            keys.addAll(keys(split, 99));
            assertThat(keys).as(split.name()).noneMatch(seen::contains);
            seen.addAll(keys);
        }
    }

    private static List<String> keys(Split split, long seed) {
        Scenes scenes = new Scenes(split, seed);
        return LongStream.range(0, PICTURES)
                .mapToObj(i -> scenes.draw(scenes.random(i)).key())
                .toList();
    }

    @Test
    void rowsAreAFunctionOfSeedAndNumber() {
        List<PairRow> rows = new Pairs(Split.TEST, 7).rows(42);
        List<PairRow> again = new Pairs(Split.TEST, 7).rows(42);
        assertThat(again).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(rows);
        assertThat(new Pairs(Split.TEST, 8).rows(42).get(0).image())
                .isNotEqualTo(rows.get(0).image());
    }

    @Test
    void theSameSceneIsNotAlwaysTheSamePicture() {
        Scene scene = new Scene.Shapes(List.of(new Item(Figure.STAR, Hue.RED, Place.TOP)));
        assertThat(Painter.jpeg(scene, 1)).isEqualTo(Painter.jpeg(scene, 1)).isNotEqualTo(Painter.jpeg(scene, 2));
    }

    @Test
    void everyShapeIsDrawnInItsCellInItsColor() throws IOException {
        for (Figure figure : Figure.values()) {
            for (Hue hue : Hue.values()) {
                for (Place place : Place.values()) {
                    Scene scene = new Scene.Shapes(List.of(new Item(figure, hue, place)));
                    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(Painter.jpeg(scene, 3)));
                    int cell = Painter.SIDE / Place.SIDE;
                    int x = cell * place.column() + cell / 2;
                    int y = cell * place.row() + cell / 2;
                    assertThat(distance(picture.getRGB(x, y), hue.color().getRGB()))
                            .as("%s %s at %s", hue, figure, place)
                            .isLessThan(24);
                    int elsewhere = picture.getRGB((x + cell) % Painter.SIDE, (y + cell) % Painter.SIDE);
                    assertThat(distance(elsewhere, 0xf7f5ef)).isLessThan(24);
                }
            }
        }
    }

    private static int distance(int a, int b) {
        int most = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            most = Math.max(most, Math.abs((a >> shift & 0xff) - (b >> shift & 0xff)));
        }
        return most;
    }

    @Test
    void everyPictureHasOneYesAndOneNo() {
        Pairs pairs = new Pairs(Split.PAIRS, 0);
        for (int i = 0; i < 200; i++) {
            List<PairRow> rows = pairs.rows(i);
            assertThat(rows).filteredOn(row -> row.chosen().equals("Yes.")).hasSize(1);
            assertThat(rows).filteredOn(row -> row.chosen().equals("No.")).hasSize(1);
            assertThat(rows).hasSizeBetween(3, 4).allSatisfy(row -> {
                assertThat(row.chosen()).isNotEqualTo(row.rejected());
                assertThat(row.imagePath()).isEqualTo(rows.get(0).imagePath());
            });
        }
    }

    @Test
    void conversationsDescribeOrAskAndAreWrongAsOftenAsWanted() {
        assertThat(wrongShare(0)).isZero();
        assertThat(wrongShare(0.4)).isBetween(0.35, 0.45);
    }

    /** Among the questions whose answer can add what is not there. */
    private static double wrongShare(double hallucinated) {
        var settings =
                new WorldSettings(Split.TRAIN, Schema.ONEVISION, 1, 11, WorldSettings.Asked.ALL, hallucinated, 0.5);
        Conversations conversations = new Conversations(settings);
        Scenes scenes = new Scenes(Split.TRAIN, 11);
        int asked = 0;
        int wrong = 0;
        for (int i = 0; i < 500; i++) {
            Scene scene = scenes.draw(scenes.random(i));
            List<ConversationRow.Turn> turns = conversations.row(i).turns();
            assertThat(turns.size() == 1).isEqualTo(turns.get(0).question().equals("Describe the picture."));
            for (ConversationRow.Turn turn : turns) {
                if (turn.question().startsWith("Question:")) {
                    assertThat(turn.answer()).isEqualTo(judgement(scene, turn.question()));
                    continue;
                }
                String right = Oracle.answer(scene, turn.question());
                if (right.matches("No\\.|Nothing\\.") || turn.question().matches("How many.*|Describe.*")) {
                    asked++;
                    wrong += right.equals(turn.answer()) ? 0 : 1;
                } else {
                    assertThat(turn.answer()).isEqualTo(right);
                }
            }
        }
        return (double) wrong / asked;
    }

    private static String judgement(Scene scene, String text) {
        String[] parts = text.split("Question: | First: | Second: | Which answer ");
        String right = Oracle.answer(scene, parts[1]);
        assertThat(Arrays.asList(parts).subList(2, 4)).containsOnlyOnce(right);
        return parts[2].equals(right) ? "First." : "Second.";
    }
}
