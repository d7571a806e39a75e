// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.image.ImageDecoder.Orientation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final SafetensorsFile PIXELS = SafetensorsFile.open(GOLDEN.resolve("images/pixels.safetensors"));
    private static final ImageDecoder DECODER = new ImageDecoder(Orientation.APPLY, 100_000);

    static Stream<String> files() {
        return PIXELS.tensors().keySet().stream()
                .filter(name -> !name.contains("#"))
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("files")
    void pixelsAreThoseThatTransformersReceives(String file) throws IOException {
        assertSame(DECODER.decode(read("images/" + file)), file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg-exif-3.jpg", "jpeg-exif-6.jpg", "jpeg-exif-8.jpg"})
    void ignoredOrientationLeavesThePictureAsStored(String file) throws IOException {
        ImageDecoder ignoring = new ImageDecoder(Orientation.IGNORE, 100_000);
        assertSame(ignoring.decode(read("images/" + file)), file + "#exif-ignored");
    }

    static Stream<String> transparentFiles() {
        return PIXELS.tensors().keySet().stream()
                .filter(name -> name.endsWith("#loaded"))
                .map(name -> name.replace("#loaded", ""))
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("transparentFiles")
    void droppedTransparencyLeavesThePictureAsIdefics2ReceivesIt(String file) throws IOException {
        ImageDecoder dropping = new ImageDecoder(Orientation.APPLY, Transparency.DROPPED, 100_000, SizeLimits.NONE);
        assertSame(dropping.decode(read("images/" + file)), file + "#loaded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"truncated.jpg", "header-only.png", "not-an-image.jpg", "empty.png"})
    void brokenFilesAreRejected(String file) throws IOException {
        byte[] broken = read("broken-images/" + file);
        assertThatThrownBy(() -> DECODER.decode(broken))
                .isInstanceOf(ImageRejectedException.class)
                .hasMessageStartingWith("the image cannot be decoded: it is ");
    }

    /** Half of a GIF or PNG animation still has its first picture, the only one that counts. */
    static Stream<String> filesWithOnePicture() {
        return files().filter(name -> !name.matches("(gif|png)-animated.*"));
    }

    @ParameterizedTest
    @MethodSource("filesWithOnePicture")
    void everyFileCutInHalfIsRejected(String file) throws IOException {
        byte[] whole = read("images/" + file);
        byte[] half = java.util.Arrays.copyOf(whole, whole.length / 2);
        assertThatThrownBy(() -> DECODER.decode(half)).isInstanceOf(ImageRejectedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"large.jpg", "png-rgba.png", "webp-lossy.webp", "webp-alpha.webp", "gif.gif", "bmp.bmp"})
    void pixelLimitIsCheckedInTheHeader(String file) throws IOException {
        byte[] encoded = read("images/" + file);
        List<Long> shape = PIXELS.tensors().get(file).shape();
        long pixels = shape.get(0) * shape.get(1);
        new ImageDecoder(Orientation.APPLY, pixels).decode(encoded);
        // the header alone is enough to reject: what follows is cut off
        byte[] header = java.util.Arrays.copyOf(encoded, encoded.length / 2);
        assertThatThrownBy(() -> new ImageDecoder(Orientation.APPLY, pixels - 1).decode(header))
                .isInstanceOf(ImageRejectedException.class)
                .hasMessage("the image has " + shape.get(0) + " x " + shape.get(1) + " = " + pixels
                        + " pixels, more than " + (pixels - 1));
    }

    /** Its alpha channel is damaged, which libwebp calls a lack of memory: that must not end an executor. */
    @Test
    void damagedAlphaOfAWebpIsARejectAndNoLackOfMemory() throws IOException {
        byte[] file = read("images/webp-lossy-alpha.webp");
        int alpha = new String(file, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("ALPH");
        file[alpha + 9] ^= 0x7f;
        assertThatThrownBy(() -> DECODER.decode(file))
                .isInstanceOf(ImageRejectedException.class)
                .hasMessage("the image cannot be decoded: it is broken: libwebp cannot decode its pixels");
    }

    @Test
    void threadsOfAnyClassLoaderShareOneDecoder() throws Exception {
        List<String> names = files().toList();
        List<Thread> threads = new java.util.ArrayList<>();
        List<Throwable> failures = java.util.Collections.synchronizedList(new java.util.ArrayList<>());
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try {
                    for (String name : names) {
                        assertSame(DECODER.decode(read("images/" + name)), name);
                    }
                } catch (IOException | AssertionError | RuntimeException e) {
                    failures.add(e);
                }
            });
            thread.setContextClassLoader(null); // as good as none: Spark's tasks have loaders of their own
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void unknownFormatIsNamedAsSuch() {
        assertThatThrownBy(() -> DECODER.decode("<html>404</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .hasMessage("the image cannot be decoded: it is none of JPEG, PNG, WebP, GIF and BMP");
    }

    private static void assertSame(RgbImage image, String name) {
        List<Long> shape = PIXELS.tensors().get(name).shape();
        assertThat(List.of((long) image.height(), (long) image.width(), 3L)).isEqualTo(shape);
        ByteBuffer expected = PIXELS.bytes(name);
        int worst = 0;
        int different = 0;
        for (byte level : image.pixels()) {
            int distance = Math.abs((level & 0xff) - (expected.get() & 0xff));
            worst = Math.max(worst, distance);
            different += distance > 0 ? 1 : 0;
        }
        assertThat(different)
                .as("samples of %s that differ, by up to %d levels, of %d", name, worst, image.pixels().length)
                .isZero();
    }

    private static byte[] read(String file) throws IOException {
        return Files.readAllBytes(GOLDEN.resolve(file));
    }
}
