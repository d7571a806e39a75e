// SPDX-License-Identifier: Apache-2.0

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * Writes rows in the layout of RLAIF-V: Rows DIRECTORY COUNT. A tenth of the rows have a picture of their own, the others share sixteen in a block of a thousand; pictures have 96 to 640
 * pixels a side, answers 3 to 200 words, every fiftieth row is a copy of another one.
 */
public final class Rows {
    private static final MessageType COLUMNS = MessageTypeParser.parseMessageType(
            "message rows { optional group image { optional binary bytes; optional binary path (STRING); }"
                    + " optional binary question (STRING); optional binary chosen (STRING);"
                    + " optional binary rejected (STRING); optional binary idx (STRING); }");
    private static final int FILE_ROWS = 10_000;
    private static final int GROUP_ROWS = 500;
    private static final int BLOCK = 1000;
    private static final int SHARED = 16;
    private static final String[] WORDS = "the a red blue house tree stands near small large picture shows with and two".split(" ");

    private Rows() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        int count = Integer.parseInt(arguments[1]);
        List<byte[]> shared = new ArrayList<>();
        for (int first = 0; first < count; first += FILE_ROWS) {
            Path file = directory.resolve(String.format("rows-%03d.parquet", first / FILE_ROWS));
            Files.deleteIfExists(file);
            try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                    .withConf(new PlainParquetConfiguration())
                    .withType(COLUMNS)
                    .withRowGroupRowCountLimit(GROUP_ROWS)
                    .withDictionaryEncoding(false)
                    .withCompressionCodec(CompressionCodecName.SNAPPY)
                    .build()) {
                for (int row = first; row < Math.min(count, first + FILE_ROWS); row++) {
                    if (row % BLOCK == 0) {
                        shared.clear();
                        for (int i = 0; i < SHARED; i++) {
                            shared.add(picture(new Random(31L * row + i)));
                        }
                    }
                    writer.write(row(row, shared));
                }
            }
        }
    }

    private static Group row(int row, List<byte[]> shared) throws IOException {
        Random random = new Random(row);
        Group group = new SimpleGroup(COLUMNS);
        int content = row % 50 == 49 ? row - 1 : row;
        Random words = new Random(content);
        byte[] image = content % 10 == 0 ? picture(random) : shared.get(content % SHARED);
        group.addGroup("image").append("bytes", Binary.fromConstantByteArray(image)).append("path", "p.jpg");
        group.append("question", "What does the picture show, " + text(words, 2, 20) + "?");
        group.append("chosen", text(words, 3, 160));
        group.append("rejected", text(words, 3, 200));
        group.append("idx", String.valueOf(row));
        return group;
    }

    private static String text(Random random, int least, int most) {
        int count = least + random.nextInt(most - least);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }

    private static byte[] picture(Random random) throws IOException {
        int height = 96 + random.nextInt(545);
        int width = 96 + random.nextInt(545);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D drawing = image.createGraphics();
        for (int i = 0; i < 12; i++) {
            drawing.setColor(new Color(random.nextInt(1 << 24)));
            drawing.fillOval(
                    random.nextInt(width) - width / 4, random.nextInt(height) - height / 4, width / 2, height / 2);
        }
        drawing.dispose();
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", bytes);
        return bytes.toByteArray();
    }
}
