// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.image.ImageDecoder.Orientation;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that few writers make; what is expected is what Pillow 13 does with them. */
class OddFilesTest {
    private static final Path IMAGES = Path.of("src/test/resources/golden/images");
    private static final ImageDecoder DECODER = new ImageDecoder(Orientation.APPLY, 1 << 20);
    private static final ImageDecoder DROPPING =
            new ImageDecoder(Orientation.APPLY, Transparency.DROPPED, 1 << 20, SizeLimits.NONE);

    /** Levels 0, 85, 170, 255 of two bits; the transparent one is compared with the levels, not with the samples. */
    @ParameterizedTest
    @CsvSource({"0, 255", "1, 0", "85, 0"})
    void transparentGreyIsALevelOfEightBits(int transparent, int firstLevel) throws IOException {
        byte[] file = png(4, 1, 2, 0, new byte[] {0, 0b00011011}, new byte[] {0, (byte) transparent});
        RgbImage image = DECODER.decode(file);
        int second = transparent == 85 ? 255 : 85;
        assertThat(levels(image))
                .containsExactly(
                        firstLevel, firstLevel, firstLevel, second, second, second, 170, 170, 170, 255, 255, 255);
    }

    @Test
    void transparentColourIsLaidOverWhite() throws IOException {
        byte[] row = {0, 10, 20, 30, 10, 20, 31};
        RgbImage image = DECODER.decode(png(2, 1, 8, 2, row, new byte[] {0, 10, 0, 20, 0, 30}));
        assertThat(levels(image)).containsExactly(255, 255, 255, 10, 20, 31);
    }

    /** Where opacity is dropped, Pillow still knows the transparent colour, and image processors lay it over white. */
    @ParameterizedTest
    @CsvSource({"1, 85", "85, 255", "341, 85"})
    void transparentGreyStaysTransparentWhereOpacityIsDropped(int transparent, int second) throws IOException {
        byte[] colour = {(byte) (transparent >> 8), (byte) transparent};
        byte[] file = png(4, 1, 2, 0, new byte[] {0, 0b00011011}, colour);
        assertThat(levels(DROPPING.decode(file)))
                .containsExactly(0, 0, 0, second, second, second, 170, 170, 170, 255, 255, 255);
    }

    /** Of 16-bit grey it compares the level with red, and 0 with green and blue. */
    @ParameterizedTest
    @CsvSource({"0, 100, 255", "100, 100, 0"})
    void transparentGreyOfSixteenBitsIsARedWhereOpacityIsDropped(int transparent, int first, int second)
            throws IOException {
        byte[] file = png(2, 1, 16, 0, new byte[] {0, 0, 100, 0, 0}, new byte[] {0, (byte) transparent});
        assertThat(levels(DROPPING.decode(file))).containsExactly(first, first, first, second, second, second);
    }

    /** Two entries of one colour: a transparent one takes the other along, two transparent ones are no transparent colour. */
    @ParameterizedTest
    @CsvSource({"0, 255, 255", "255, 0, 255", "0, 0, 9", "128, 255, 9"})
    void onePaletteEntryThatIsTransparentIsAColourWhereOpacityIsDropped(int first, int second, int level)
            throws IOException {
        byte[] palette = {9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6};
        byte[] file = png(4, 1, 2, 3, palette, new byte[] {0, 0b00011011}, new byte[] {(byte) first, (byte) second});
        assertThat(levels(DROPPING.decode(file)))
                .containsExactly(level, level, level, level, level, level, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void sixteenBitsOfGreyAreCutOffButThoseOfColourScaled() throws IOException {
        byte[] none = {};
        assertThat(levels(DECODER.decode(png(2, 1, 16, 0, new byte[] {0, 0, 100, 3, 0}, none))))
                .containsExactly(100, 100, 100, 255, 255, 255);
        assertThat(levels(DECODER.decode(png(1, 1, 16, 2, new byte[] {0, 1, 99, 3, 99, 5, 99}, none))))
                .containsExactly(1, 3, 5);
    }

    @Test
    void screenOfAGifIsFilledWithTheFirstColour() throws IOException {
        byte[] file = Files.readAllBytes(IMAGES.resolve("gif.gif"));
        RgbImage whole = DECODER.decode(file);
        file[6] = (byte) (whole.width() + 1);
        RgbImage wider = DECODER.decode(file);
        assertThat(wider.width()).isEqualTo(whole.width() + 1);
        int end = 3 * whole.width();
        assertThat(Arrays.copyOf(wider.pixels(), end)).isEqualTo(Arrays.copyOf(whole.pixels(), end));
        assertThat(Arrays.copyOfRange(wider.pixels(), end, end + 3)).isEqualTo(Arrays.copyOfRange(file, 13, 16));
        file[6] = 1;
        assertThat(DECODER.decode(file).pixels()).isEqualTo(whole.pixels());
    }

    /** An Adobe segment that says "no transform" makes the components colours, unless there is a JFIF segment. */
    @Test
    void coloursOfAJpegFollowItsSegments() throws IOException {
        byte[] file = Files.readAllBytes(IMAGES.resolve("jpeg-444.jpg"));
        byte[] adobe = {(byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0};
        RgbImage usual = DECODER.decode(file);
        assertThat(DECODER.decode(insert(file, 20, adobe)).pixels()).isEqualTo(usual.pixels());
        byte[] withoutJfif = insert(Arrays.copyOf(file, 2), 2, Arrays.copyOfRange(file, 20, file.length));
        assertThat(DECODER.decode(withoutJfif).pixels()).isEqualTo(usual.pixels());
        RgbImage raw = DECODER.decode(insert(withoutJfif, 2, adobe));
        int luma = raw.pixels()[0] & 0xff;
        int cr = raw.pixels()[2] & 0xff;
        assertThat(usual.pixels()[0] & 0xff).isEqualTo((int) Math.max(
                0, Math.min(255, Math.round(luma + 1.402 * (cr - 128)))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void jpegWithoutItsEndIsCutOff(int missing) throws IOException {
        byte[] file = Files.readAllBytes(IMAGES.resolve("jpeg-420.jpg"));
        byte[] cut = Arrays.copyOf(file, file.length - missing);
        assertThatThrownBy(() -> DECODER.decode(cut)).hasMessage("the image cannot be decoded: it is cut off");
    }

    private static int[] levels(RgbImage image) {
        int[] levels = new int[image.pixels().length];
        Arrays.setAll(levels, i -> image.pixels()[i] & 0xff);
        return levels;
    }

    private static byte[] insert(byte[] file, int at, byte[] segment) {
        byte[] longer = Arrays.copyOf(file, file.length + segment.length);
        System.arraycopy(segment, 0, longer, at, segment.length);
        System.arraycopy(file, at, longer, at + segment.length, file.length - at);
        return longer;
    }

    private static byte[] png(int width, int height, int depth, int colourType, byte[] rows, byte[] transparency)
            throws IOException {
        return png(width, height, depth, colourType, new byte[0], rows, transparency);
    }

    private static byte[] png(
            int width, int height, int depth, int colourType, byte[] palette, byte[] rows, byte[] transparency)
            throws IOException {
        var file = new ByteArrayOutputStream();
        file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        var header = new ByteArrayOutputStream();
        var numbers = new DataOutputStream(header);
        numbers.writeInt(width);
        numbers.writeInt(height);
        numbers.write(new byte[] {(byte) depth, (byte) colourType, 0, 0, 0});
        chunk(file, "IHDR", header.toByteArray());
        if (palette.length > 0) {
            chunk(file, "PLTE", palette);
        }
        if (transparency.length > 0) {
            chunk(file, "tRNS", transparency);
        }
        chunk(file, "IDAT", deflated(rows));
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static byte[] deflated(byte[] rows) {
        Deflater deflater = new Deflater();
        deflater.setInput(rows);
        deflater.finish();
        byte[] buffer = new byte[100];
        return Arrays.copyOf(buffer, deflater.deflate(buffer));
    }

    private static void chunk(ByteArrayOutputStream file, String kind, byte[] body) throws IOException {
        var crc = new CRC32();
        byte[] name = kind.getBytes(StandardCharsets.US_ASCII);
        crc.update(name);
        crc.update(body);
        var out = new DataOutputStream(file);
        out.writeInt(body.length);
        out.write(name);
        out.write(body);
        out.writeInt((int) crc.getValue());
    }
}
