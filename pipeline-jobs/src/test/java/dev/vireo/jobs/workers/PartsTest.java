// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartsTest {
    private final Storage storage = Storage.of(new Configuration(false));

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"0,2,64", "1,2,64", "12,3,512", "10,4,64", "83132,8,64", "1000,7,64", "5,100,64"})
    void partsHoldEveryRowOnceAndWholeGroups(int rows, int groupRows, int largest) {
        PartPlan plan = PartPlan.of(rows, groupRows, largest);
        assertThat(plan.partRows() % groupRows).isZero();
        assertThat(plan.partRows()).isLessThan(largest + groupRows);
        int next = 0;
        for (int part = 0; part < plan.parts(); part++) {
            assertThat(plan.first(part)).isEqualTo(next);
            assertThat(plan.end(part)).isGreaterThan(next);
            next = plan.end(part);
        }
        assertThat(next).isEqualTo(rows);
    }

    @ParameterizedTest
    @CsvSource({"3,0", "3,20", "1,45", "8,1000"})
    void groupsHoldEveryRowOnceAndNoMoreThanTheirRowsOrTokens(int batchSize, int maxTokens) {
        RowGroups groups = RowGroups.of(batchSize, maxTokens);
        IntUnaryOperator length = row -> 7 + row * 5 % 17; // 7 to 23
        List<int[]> cut = groups.cut(10, 50, length);
        assertThat(cut.stream().flatMapToInt(Arrays::stream).sorted().toArray())
                .isEqualTo(IntStream.range(10, 50).toArray());
        for (int[] group : cut) {
            assertThat(group).isSorted();
            int tokens = Arrays.stream(group).map(length).sum();
            if (maxTokens == 0) {
                assertThat(group.length).isLessThanOrEqualTo(batchSize);
            } else {
                assertThat(group.length == 1 || tokens <= maxTokens).isTrue();
            }
        }
        // Short rows go where long ones leave room: no two groups would fit into one.
        List<Integer> filled = cut.stream()
                .map(group -> Arrays.stream(group).map(length).sum())
                .sorted()
                .toList();
        assertThat(maxTokens == 0 || cut.size() == 1 || filled.get(0) + filled.get(1) > maxTokens)
                .isTrue();
    }

    @Test
    void anAcceptedPartCountsOnceAndWhatIsLeftOverGoes() throws IOException {
        String path = folder.resolve("out").toString();
        PartPlan plan = new PartPlan(5, 2);
        PartOutput first = open(path);
        assertThat(first.missing(plan)).containsExactly(0, 1, 2);
        String lost = attempt(path, 1, "lost");
        first.accept(new PartResult(1, Map.of("table", attempt(path, 1, "kept")), Map.of("rows", 2.0)));
        first.accept(new PartResult(0, Map.of("table", attempt(path, 0, "zero")), Map.of("rows", 2.0)));

        PartOutput resumed = open(path);
        assertThat(resumed.missing(plan)).containsExactly(2);
        assertThat(resumed.total("rows")).isEqualTo(4);
        assertThat(Path.of(lost)).exists();
        resumed.accept(new PartResult(2, Map.of("table", attempt(path, 2, "two")), Map.of("rows", 1.0)));
        resumed.finish(new JsonObject());
        assertThat(Path.of(lost)).doesNotExist();
        assertThat(folder.resolve("out/table/part-00001.parquet")).hasContent("kept");
        assertThat(OutputDirectory.isFinished(storage, path)).isTrue();
        assertThat(Files.list(folder.resolve("out/table"))).hasSize(3);
    }

    @Test
    void aPartWhoseFilesWereMovedWithoutItsMarkerIsReplaced() throws IOException {
        String path = folder.resolve("out").toString();
        PartOutput parts = open(path);
        parts.accept(new PartResult(0, Map.of("", attempt(path, 0, "old")), Map.of()));
        Files.delete(folder.resolve("out/_parts/part-00000.json"));
        PartOutput again = open(path);
        assertThat(again.missing(new PartPlan(1, 1))).isEqualTo(List.of(0));
        again.accept(new PartResult(0, Map.of("", attempt(path, 0, "new")), Map.of()));
        assertThat(folder.resolve("out/part-00000.parquet")).hasContent("new");
    }

    @Test
    void autoIsBfloat16WhereTheProcessorNamesIt() {
        assertThat(PrecisionChoice.ofCpu("flags : fpu avx512f avx512_bf16 amx_tile"))
                .isEqualTo(Precision.BF16);
        assertThat(PrecisionChoice.ofCpu("Features : fp asimd bf16 i8mm")).isEqualTo(Precision.BF16);
        assertThat(PrecisionChoice.ofCpu("flags : fpu avx2 avx512f")).isEqualTo(Precision.FP32);
    }

    private PartOutput open(String path) throws IOException {
        return PartOutput.open(storage, OutputDirectory.open(storage, path, "test", "same", false));
    }

    private String attempt(String path, int part, String content) throws IOException {
        String file = PartOutput.attempt(path, "table", part);
        Files.createDirectories(Path.of(file).getParent());
        Files.write(Path.of(file), content.getBytes(StandardCharsets.UTF_8));
        return file;
    }
}
