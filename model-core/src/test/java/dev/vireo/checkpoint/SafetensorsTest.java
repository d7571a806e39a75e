// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path directory;

    @Test
    void writtenTensorsAreReadBack() throws IOException {
        Path file = directory.resolve("model.safetensors");
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        tensors.put("flags", HostTensor.of(StoredType.BOOL, new long[] {3}, ByteBuffer.wrap(new byte[] {1, 0, 1})));
        tensors.put("weight", HostTensor.ofFloats(new float[] {1, -2, 3, 4, 5, 6}, 3, 2));
        tensors.put("empty", HostTensor.of(StoredType.F16, new long[] {0, 4}, ByteBuffer.allocate(0)));
        tensors.put("scalar", HostTensor.ofFloats(new float[] {7}));

        SafetensorsWriter.write(file, tensors, SafetensorsWriter.PYTORCH);
        SafetensorsFile read = SafetensorsFile.open(file);

        assertThat(read.metadata()).containsExactlyEntriesOf(Map.of("format", "pt"));
        assertThat(read.tensors().keySet()).containsExactly("scalar", "weight", "empty", "flags");
        assertThat(read.tensors().get("weight")).isEqualTo(new TensorInfo("weight", StoredType.F32, List.of(3L, 2L)));
        assertThat(read.bytes("weight").order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(read.bytes("weight").isDirect()).isTrue();
        assertThat(read.bytes("weight").asFloatBuffer().get(1)).isEqualTo(-2f);
        assertThat(read.rows("weight", 1, 2).asFloatBuffer().get(3)).isEqualTo(6f);
        assertThat(read.rows("weight", 1, 2).remaining()).isEqualTo(16);
        assertThat(read.bytes("empty").remaining()).isZero();
        assertThat(read.bytes("flags")).isEqualByComparingTo(ByteBuffer.wrap(new byte[] {1, 0, 1}));
        try (var names = Files.list(directory)) {
            assertThat(names).containsExactly(file);
        }
    }

    @Test
    void headerIsPaddedToEightBytes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, Map.of("a", HostTensor.ofFloats(new float[] {1}, 1)), Map.of());

        String json = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        byte[] bytes = out.toByteArray();
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong())
                .isEqualTo(56);
        assertThat(new String(bytes, 8, 56, StandardCharsets.UTF_8)).isEqualTo(json + " ".repeat(56 - json.length()));
        assertThat(bytes).hasSize(8 + 56 + 4);
    }

    @Test
    void tensorsAreWrittenInBlocksAndInTurn() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TensorInfo a = new TensorInfo("a", StoredType.I32, List.of(2L));
        TensorInfo b = new TensorInfo("b", StoredType.I64, List.of(1L));
        SafetensorsWriter writer = SafetensorsWriter.start(out, List.of(a, b), Map.of());

        assertThat(writer.order()).containsExactly(b, a);
        assertThatThrownBy(() -> writer.append("a", ByteBuffer.allocate(8))).hasMessageContaining("turn of b");
        writer.append("b", ByteBuffer.allocate(8));
        writer.append("a", ByteBuffer.allocate(4));
        assertThatThrownBy(writer::finish)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tensor a has 4 of 8 bytes");
        assertThatThrownBy(() -> writer.append("a", ByteBuffer.allocate(5))).hasMessageContaining("it has 4 of 8");
        writer.append("a", ByteBuffer.allocate(4));
        writer.finish();
    }

    @Test
    void halvesAndBrainFloatsBecomeFloats() {
        ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort((short) 0x3c00).putShort((short) 0xc000).putShort((short) 0x0001);
        bytes.putShort((short) 0xfc00).putShort((short) 0x7bff).putShort((short) 0x8000);
        float[] halves =
                HostTensor.of(StoredType.F16, new long[] {6}, bytes.flip()).toFloats();
        assertThat(halves).containsExactly(1f, -2f, 0x1p-24f, Float.NEGATIVE_INFINITY, 65504f, -0f);

        ByteBuffer brain = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        brain.putShort((short) 0x3f80).putShort((short) 0xc049);
        assertThat(HostTensor.of(StoredType.BF16, new long[] {2}, brain.flip()).toFloats())
                .containsExactly(1f, -3.140625f);
    }

    @Test
    void misalignedTensorIsCopied() throws IOException {
        // the data begins at byte 8 + 55, no multiple of 4
        Path file = write(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} ", new byte[] {0, 0, 0x20, 0x41});
        assertThat(SafetensorsFile.open(file).bytes("a").getFloat()).isEqualTo(10f);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                | 4 | tensor a ends at byte 70 but the file has 66 (truncated?)
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}                | 4 | tensor a of F32 [2] needs 8 bytes but its data_offsets are [0, 4]
            {"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,4]}}                 | 4 | tensor a has dtype Q4 (expected one of [F64, F32
            {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}} | 3 | tensor b begins at byte 1 of the data, inside tensor a, which ends at 2
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}                 | 2 | tensor a begins at byte 1 of the data, with a gap after the start of the data
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}                 | 2 | 1 bytes follow the last tensor
            {"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}                | 1 | tensor a has an impossible shape [-1]
            {"a":{"dtype":"F64","shape":[9000000000,9000000000],"data_offsets":[0,1]}} | 1 | tensor a has an impossible shape
            {"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}               | 1 | tensor a has a shape that is not a list of whole numbers
            {"a":{"dtype":"U8","shape":[1]}}                                      | 1 | tensor a lacks dtype, shape or two data_offsets
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}           | 1 | tensor a has an unknown header field "x"
            {"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}} | 0 | tensor a appears twice
            []                                                                    | 0 | not the JSON of a safetensors file
            {"a":                                                                 | 0 | not the JSON of a safetensors file
            """)
    void brokenFileIsRefusedByName(String header, int dataBytes, String message) throws IOException {
        Path file = write(header, new byte[dataBytes]);
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void truncatedHeaderIsRefused() throws IOException {
        Path file = directory.resolve("cut.safetensors");
        Files.write(file, new byte[] {100, 0, 0, 0, 0, 0, 0, 0, '{'});
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .hasMessageContaining("its header needs 108 bytes but the file has 9 (truncated?)");
        Files.write(file, new byte[3]);
        assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessageContaining("it has 3 bytes");
        Files.write(file, "<!DOCTYPE html><html></html>".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessageContaining("not a safetensors file");
    }

    @Test
    void anyChangedHeaderIsRefusedOrStaysWithinTheFile() throws IOException {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 4; i++) {
            tensors.put("layer." + i, HostTensor.ofFloats(new float[6], 3, 2));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, tensors, SafetensorsWriter.PYTORCH);
        byte[] whole = out.toByteArray();
        int header = Long.BYTES
                + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        byte[] digits = "0123456789-[]{},:\".eE".getBytes(StandardCharsets.US_ASCII);
        Random random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            byte[] changed = whole.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                changed[random.nextInt(header)] =
                        random.nextBoolean() ? digits[random.nextInt(digits.length)] : (byte) random.nextInt();
            }
            Path file = directory.resolve("changed");
            Files.write(file, changed);
            try {
                SafetensorsFile read = SafetensorsFile.open(file);
                for (TensorInfo info : read.tensors().values()) {
                    assertThat(read.bytes(info.name()).remaining()).isEqualTo((int) info.sizeBytes());
                }
            } catch (CheckpointMismatchException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(2000, 2999);
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> SafetensorsFile.open(directory.resolve("none.safetensors")))
                .hasMessageContaining("Cannot read " + directory.resolve("none.safetensors"));
    }

    @Test
    void tensorOfMoreThanTwoGibibytesIsMappedByRows() throws IOException {
        // a sparse file: three rows of 1 GiB that take no room on the disk
        long row = 1L << 30;
        String header = "{\"big\":{\"dtype\":\"U8\",\"shape\":[3," + row + "],\"data_offsets\":[0," + 3 * row + "]}}";
        Path file = write(header, new byte[0]);
        try (var access = new java.io.RandomAccessFile(file.toFile(), "rw")) {
            access.setLength(8 + header.length() + 3 * row);
            access.seek(8 + header.length() + 2 * row + 5);
            access.write(42);
        }
        SafetensorsFile open = SafetensorsFile.open(file);
        assertThatThrownBy(() -> open.bytes("big"))
                .hasMessageContaining("Cannot map tensor big")
                .hasMessageContaining("map its rows in blocks");
        assertThat(open.rows("big", 2, 1).get(5)).isEqualTo((byte) 42);
        assertThatThrownBy(() -> open.rows("big", 0, 2)).hasMessageContaining("more than a buffer holds");
        assertThatThrownBy(() -> open.rows("big", 2, 2)).hasMessageContaining("it has 3 rows");
        assertThatThrownBy(() -> open.bytes("small")).hasMessageContaining("none of that name");
    }

    @Test
    void wrongSizeOfBytesIsRefused() {
        assertThatThrownBy(() -> HostTensor.of(StoredType.F32, new long[] {2, 2}, ByteBuffer.allocate(4)))
                .hasMessageContaining("F32 [2, 2] over 4 bytes: it needs 16");
    }

    private Path write(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json).put(data);
        return Files.write(directory.resolve("file.safetensors"), bytes.array());
    }
}
