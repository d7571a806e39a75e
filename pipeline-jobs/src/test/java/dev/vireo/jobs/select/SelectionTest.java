// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows are named by their number, which is their id too. */
class SelectionTest {
    private static SparkSession spark;

    @BeforeAll
    static void startSpark() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.sql.codegen.wholeStage", "false")
                .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
                .getOrCreate();
    }

    @AfterAll
    static void stopSpark() {
        spark.stop();
    }

    @Test
    void nothingIsSelectedByDefault() {
        assertThat(selection(1).isEmpty()).isTrue();
    }

    @Test
    void exactDuplicatesKeepTheFirstOfTheInput() {
        List<Row> rows = List.of(
                row(0, List.of("a"), List.of(), "t"),
                row(1, List.of("b"), List.of(), "t"),
                row(2, List.of("a"), List.of(), "u"),
                row(3, List.of("a", "b"), List.of(), "t"),
                row(4, List.of("a"), List.of(), "t"),
                row(5, List.of(), List.of(), "t"),
                row(6, List.of(), List.of(), "t"),
                row(7, List.of("a"), List.of(), "t"));
        assertThat(dropped(rows, 2, "prepare.select.duplicates=first"))
                .isEqualTo(Map.of(
                        4L, "duplicate row: its images and its text are those of row 0",
                        6L, "duplicate row: its images and its text are those of row 5",
                        7L, "duplicate row: its images and its text are those of row 0"));
    }

    @Test
    void rowsWithoutImagesAreDroppedWhenAsked() {
        List<Row> rows = List.of(row(0, List.of(), List.of(), "t"), row(1, List.of("a"), List.of(), "t"));
        assertThat(dropped(rows, 1, "prepare.select.text-only=reject"))
                .isEqualTo(Map.of(0L, "no image: prepare.select.text-only is reject"));
    }

    /** Against every pair of images: bands of the hash must miss none. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void nearDuplicatesAreThoseThatComparingAllPairsFinds(int distance) {
        Random random = new Random(distance);
        long[] looks = new long[150];
        String[] images = new String[looks.length];
        for (int i = 0; i < looks.length; i++) {
            looks[i] = random.nextLong();
            images[i] = "image " + i;
            if (i > 20) {
                int like = random.nextInt(i);
                looks[i] = looks[like];
                images[i] = random.nextInt(4) == 0 ? images[like] : images[i];
                int flips = images[i].equals(images[like]) ? 0 : random.nextInt(distance + 4);
                for (int flip = 0; flip < flips; flip++) {
                    looks[i] ^= 1L << random.nextInt(64);
                }
            }
        }
        Set<Long> expected = new HashSet<>();
        for (int i = 0; i < looks.length; i++) {
            int first = Arrays.asList(images).indexOf(images[i]);
            for (int earlier = 0; earlier < first; earlier++) {
                if (Long.bitCount(looks[earlier] ^ looks[i]) <= distance) {
                    expected.add((long) i);
                }
            }
        }
        List<Row> rows = IntStream.range(0, looks.length)
                .mapToObj(i -> row(i, List.of(images[i]), List.of(looks[i]), "text " + i))
                .toList();
        Map<Long, String> dropped = dropped(rows, 3, "prepare.select.near-images=" + distance);
        assertThat(dropped.keySet()).isEqualTo(expected).hasSizeGreaterThan(10);
        assertThat(dropped.values())
                .allMatch(reason ->
                        reason.matches("near-duplicate image: it is within " + distance + " bits of that of row \\d+"));
    }

    @Test
    void rowStaysWhileOneOfItsImagesIsNew() {
        List<Row> rows = List.of(
                row(0, List.of("a"), List.of(0L), "t"),
                row(1, List.of("b", "new"), List.of(1L, -1L), "t"),
                row(2, List.of("b", "c"), List.of(1L, 2L), "t"),
                row(3, List.of(), List.of(), "t"));
        assertThat(dropped(rows, 1, "prepare.select.near-images=1")).containsOnlyKeys(2L);
    }

    /** Ratios, counts and means that RLAIF-V's utils/get_pairs_filter_shorten.py (83d917b) gives for these lengths. */
    @ParameterizedTest
    @CsvSource({"5, 53, 286, 38.9, 39.5", "20, 41, 367, 43.5, 43.2"})
    void lengthBalanceIsThatOfRlaifV(int shortest, int spread, int kept, String chosen, String rejected) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            rows.add(row(i, 0, new Words(shortest + i * 37 % spread, 5 + i * 61 % 97)));
        }
        rows.add(row(500, 0, null));
        try (Selected selected = run(rows, 4, 1, "prepare.select.length-balance=words")) {
            assertThat(selected.dropped().count()).isEqualTo(500 - kept);
            assertThat(selected.notes().get(0))
                    .startsWith(
                            "length balance: ratio 0.48 keeps " + kept + " of 500 pairs; words of chosen and rejected"
                                    + " answers " + chosen + " and " + rejected + ",");
        }
    }

    @Test
    void lengthBalanceWithoutPairsDropsNothing() {
        List<Row> rows = List.of(row(0, 0, null), row(1, 0, new Words(1, 1000)));
        assertThat(dropped(rows, 1, "prepare.select.length-balance=words")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [0.8, 0.2]    | []       | 100 | 100 | 100 | 25
            [2, 1, 1]     | []       | 90  | 50  | 90  | 45
            [0.9, 0.1]    | []       | 900 | 90  | 810 | 90
            []            | [0, 7]   | 50  | 50  | 50  | 7
            [1, 1]        | [10, 0]  | 50  | 50  | 10  | 10
            """)
    void weightsAndCapsDecideHowManyRowsOfEachInputAreTaken(
            String weights, String caps, int first, int second, int takenFirst, int takenSecond) {
        boolean three = weights.equals("[2, 1, 1]");
        long[] there = three ? new long[] {first, second, second} : new long[] {first, second};
        var settings = Settings.resolve(
                        null, List.of(), List.of("prepare.select.weights=" + weights, "prepare.select.caps=" + caps))
                .prepare()
                .select();
        long[] taken = Mix.taken(there, settings.weights(), settings.caps());
        assertThat(taken[0]).isEqualTo(takenFirst);
        assertThat(taken[1]).isEqualTo(takenSecond);
    }

    @Test
    void mixDrawsFromEachInput() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            rows.add(row(i, i < 40 ? 0 : 1, null));
        }
        Map<Long, String> dropped =
                dropped(rows, 4, "prepare.select.weights=[0.5, 0.5]", "prepare.select.caps=[15, 0]");
        assertThat(dropped).hasSize(30);
        assertThat(dropped.keySet().stream().filter(row -> row < 40)).hasSize(25);
        assertThat(dropped).containsValue("not in the mix: prepare.select takes fewer rows of input 2");
        assertThatThrownBy(() -> selection(3, "prepare.select.weights=[0.5, 0.5]"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessage(
                        "Invalid prepare.select.weights: it has 2 values (expected one for each of the 3 inputs, in the"
                                + " order of --input)");
    }

    @Test
    void sampleDependsOnTheSeedAndNotOnThePartitions() {
        List<Row> rows = IntStream.range(0, 200).mapToObj(i -> row(i, 0, null)).toList();
        Set<Long> dropped = dropped(rows, 2, "prepare.select.rows=30").keySet();
        assertThat(dropped).hasSize(170);
        List<Row> turned = new ArrayList<>(rows);
        java.util.Collections.reverse(turned);
        assertThat(dropped(turned, 7, "prepare.select.rows=30").keySet()).isEqualTo(dropped);
        assertThat(dropped(rows, 2, "prepare.select.rows=30", "prepare.select.seed=1")
                        .keySet())
                .hasSize(170)
                .isNotEqualTo(dropped);
        assertThat(dropped(rows, 2, "prepare.select.rows=1000")).isEmpty();
    }

    @Test
    void splitOf4157RowsGives3533And624() {
        List<Row> rows = IntStream.range(0, 4157).mapToObj(i -> row(i, 0, null)).toList();
        Map<Long, String> heldOut = dropped(rows, 3, "prepare.select.held-out=0.15");
        assertThat(heldOut).hasSize(624);
        assertThat(heldOut.values()).containsOnly("held out: prepare.select.held-out is 0.15");
        Map<Long, String> train = dropped(rows, 5, "prepare.select.held-out=0.15", "prepare.select.part=held-out");
        assertThat(train).hasSize(3533);
        assertThat(train.keySet()).doesNotContainAnyElementsOf(heldOut.keySet());
    }

    /** What train_test_split(test_size=share) of scikit-learn holds out. */
    @ParameterizedTest
    @CsvSource({"4157, 0.15, 624", "100, 0.15, 15", "100, 0.07, 7", "10, 0.01, 1", "3, 0.5, 2"})
    void heldOutShareIsRoundedUp(long rows, double share, long heldOut) {
        assertThat(Split.heldOut(rows, share)).isEqualTo(heldOut);
    }

    @Test
    void laterRulesSeeWhatEarlierOnesLeft() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            rows.add(row(i, List.of("image " + i % 20), List.of(), "text"));
        }
        Map<Long, String> dropped = dropped(
                rows, 2, "prepare.select.duplicates=first", "prepare.select.rows=10", "prepare.select.held-out=0.25");
        assertThat(dropped.values().stream().filter(reason -> reason.startsWith("duplicate row")))
                .hasSize(20);
        assertThat(dropped.values().stream().filter(reason -> reason.startsWith("not sampled")))
                .hasSize(10);
        assertThat(dropped.values().stream().filter(reason -> reason.startsWith("held out")))
                .hasSize(3);
    }

    private static Row row(int number, int source, Words words) {
        return Candidates.row(
                new Candidates.Place(0, number, 0, source), "" + number, List.of(), List.of(), "" + number, words);
    }

    private static Row row(int number, List<String> images, List<Long> looks, String text) {
        return Candidates.row(new Candidates.Place(0, number, 0, 0), "" + number, images, looks, text, null);
    }

    private static Selection selection(int sources, String... settings) {
        return Selection.of(
                Settings.resolve(null, List.of(), List.of(settings)).prepare().select(), sources);
    }

    private static Selected run(List<Row> rows, int partitions, int sources, String... settings) {
        Dataset<Row> table = spark.createDataFrame(rows, Candidates.SCHEMA).repartition(partitions);
        return selection(sources, settings).run(table);
    }

    private static Map<Long, String> dropped(List<Row> rows, int partitions, String... settings) {
        int sources = rows.stream().mapToInt(row -> row.getInt(3)).max().orElse(0) + 1;
        Map<Long, String> dropped = new TreeMap<>();
        try (Selected selected = run(rows, partitions, sources, settings)) {
            for (Row row : selected.dropped().collectAsList()) {
                dropped.put(row.getAs(Candidates.ROW), row.getAs(Candidates.REASON));
            }
        }
        return dropped;
    }
}
