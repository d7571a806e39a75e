// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
    private static final Storage STORAGE = Storage.of(new Configuration());

    @TempDir
    Path directory;

    @Test
    void resumedRunDropsTheStepsThatItWillRepeat() throws IOException {
        String path = directory.resolve("metrics.jsonl").toString();
        try (MetricsFile file = MetricsFile.open(STORAGE, path, 0)) {
            for (int step = 1; step <= 4; step++) {
                file.append(step, values("loss", step / 4.0, "tokens", 100.0 * step));
            }
            file.append(2, values("eval_loss", 0.7));
            assertThat(Files.readAllLines(Path.of(path))).hasSize(5);
        }
        Files.writeString(Path.of(path), Files.readString(Path.of(path)) + "{\"step\":5,\"lo");
        try (MetricsFile file = MetricsFile.open(STORAGE, path, 2)) {
            file.append(3, values("loss", Double.NaN));
        }
        assertThat(Files.readAllLines(Path.of(path)))
                .containsExactly(
                        "{\"step\":1,\"loss\":0.25,\"tokens\":100}",
                        "{\"step\":2,\"loss\":0.5,\"tokens\":200}",
                        "{\"step\":2,\"eval_loss\":0.7}",
                        "{\"step\":3,\"loss\":null}");
        Curves curves = MetricsFile.read(STORAGE, path);
        assertThat(curves.points("loss")).containsExactly(new Curves.Point(1, 0.25), new Curves.Point(2, 0.5));
        assertThat(curves.points("eval_loss")).containsExactly(new Curves.Point(2, 0.7));
    }

    @Test
    void brokenLineIsNamed() throws IOException {
        Path path = directory.resolve("metrics.jsonl");
        Files.writeString(path, "{\"step\":1}\nnothing\n{\"step\":2}\n");
        assertThatThrownBy(() -> MetricsFile.read(STORAGE, path.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 2 of " + path);
    }

    @Test
    void recordsAreFramedWithMaskedChecksums() throws IOException {
        try (TensorBoardWriter writer = TensorBoardWriter.open(STORAGE, directory.toString(), 0)) {
            writer.append(7, values("loss", 0.5, "eval_rewards/accuracies", 1.0, "nothing", Double.NaN));
        }
        try (TensorBoardWriter again = TensorBoardWriter.open(STORAGE, directory.toString(), 7)) {
            again.append(8, values("loss", 0.25));
        }
        List<FileEntry> files = STORAGE.list(directory.toString());
        assertThat(files).hasSize(2).allMatch(file -> file.name().matches("events\\.out\\.tfevents\\.\\d{10}\\..*"));
        List<byte[]> records =
                records(Files.readAllBytes(directory.resolve(files.get(0).name())));
        assertThat(records).hasSize(2);
        assertThat(new String(records.get(0), java.nio.charset.StandardCharsets.ISO_8859_1))
                .endsWith("brain.Event:2");
        assertThat(new String(records.get(1), java.nio.charset.StandardCharsets.ISO_8859_1))
                .contains("train/loss", "eval/rewards/accuracies")
                .doesNotContain("nothing");
        assertThat(records(Files.readAllBytes(directory.resolve(files.get(1).name()))))
                .hasSize(3);
    }

    private static List<byte[]> records(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> records = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] length = new byte[8];
            bytes.get(length);
            assertThat(bytes.getInt()).isEqualTo(masked(length));
            byte[] data = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            bytes.get(data);
            assertThat(bytes.getInt()).isEqualTo(masked(data));
            records.add(data);
        }
        return records;
    }

    private static int masked(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    private static Map<String, Double> values(Object... pairs) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put((String) pairs[i], (Double) pairs[i + 1]);
        }
        return values;
    }
}
