// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** WebP, lossy and lossless; of an animation the first picture, on its canvas: libwebp decodes. */
final class WebpCodec implements Codec {
    static final int RIFF = tag("RIFF");
    static final int WEBP = tag("WEBP");
    private static final int LOSSY = tag("VP8 ");
    private static final int LOSSLESS = tag("VP8L");
    static final int EXTENDED = tag("VP8X");
    private static final int FRAME = tag("ANMF");
    private static final int EXIF = tag("EXIF");
    private static final int XMP = tag("XMP ");
    private static final int FIRST_CHUNK = 12;
    private static final int FLAGS = 20;
    private static final int ANIMATED = 0x02;
    private static final int WITH_ALPHA = 0x10;

    private static int tag(String text) {
        return text.charAt(0) | text.charAt(1) << 8 | text.charAt(2) << 16 | text.charAt(3) << 24;
    }

    private static ByteBuffer file(byte[] encoded) {
        return ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public boolean recognises(byte[] encoded) {
        return encoded.length >= FIRST_CHUNK
                && file(encoded).getInt(0) == RIFF
                && file(encoded).getInt(8) == WEBP;
    }

    @Override
    public ImageHeader header(byte[] encoded) throws IOException {
        ByteBuffer file = file(encoded);
        OptionalInt exif = OptionalInt.empty();
        OptionalInt xmp = OptionalInt.empty();
        for (int at = FIRST_CHUNK; at + 8 <= encoded.length; at = next(file, at)) {
            int length = Math.min(file.getInt(at + 4), encoded.length - at - 8);
            if (file.getInt(at) == EXIF) {
                exif = exif(encoded, at + 8, length);
            } else if (file.getInt(at) == XMP) {
                xmp = Exif.orientationOfXmp(encoded, at + 8, length);
            }
        }
        int orientation = Exif.valid(exif, xmp);
        int kind = file.getInt(FIRST_CHUNK);
        if (kind == EXTENDED) {
            return new ImageHeader(1 + triple(file, 27), 1 + triple(file, 24), orientation);
        }
        if (kind == LOSSLESS) {
            int sizes = file.getInt(21);
            return new ImageHeader(1 + (sizes >> 14 & 0x3fff), 1 + (sizes & 0x3fff), orientation);
        }
        if (kind == LOSSY) {
            return new ImageHeader(file.getShort(28) & 0x3fff, file.getShort(26) & 0x3fff, orientation);
        }
        throw new IOException("its first chunk is none of VP8, VP8L and VP8X");
    }

    /** Some writers put JPEG's prefix before the block. */
    private static OptionalInt exif(byte[] encoded, int at, int length) {
        boolean prefixed = length > 6 && encoded[at] == 'E' && encoded[at + 1] == 'x';
        return prefixed ? Exif.orientation(encoded, at + 6, length - 6) : Exif.orientation(encoded, at, length);
    }

    private static int next(ByteBuffer file, int at) throws IOException {
        long length = file.getInt(at + 4) & 0xffffffffL;
        if (length > Integer.MAX_VALUE - 16 - at) {
            throw new IOException("a chunk says that it has " + length + " bytes");
        }
        return (int) (at + 8 + length + (length & 1));
    }

    private static int triple(ByteBuffer file, int at) {
        return file.getInt(at) & 0xffffff;
    }

    @Override
    public Pixels decode(byte[] encoded, ImageHeader header) throws IOException {
        requireWhole(encoded);
        if (file(encoded).getInt(FIRST_CHUNK) != EXTENDED || (encoded[FLAGS] & ANIMATED) == 0) {
            return picture(encoded);
        }
        WebpFrame frame = firstFrame(encoded, header);
        return frame.on(header, picture(frame.file()), (encoded[FLAGS] & WITH_ALPHA) != 0);
    }

    private static Pixels picture(byte[] encoded) throws IOException {
        ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            reader.setInput(input, true, true);
            return pixels(reader.read(0, reader.getDefaultReadParam()));
        } catch (OutOfMemoryError e) {
            if (e.getMessage() != null) {
                throw e;
            }
            // without a message it is not the JVM's own: the reader throws it for what libwebp calls a lack of memory,
            // such as an alpha channel that does not decode
            throw new IOException("it is broken: libwebp cannot decode its pixels", e);
        } finally {
            reader.dispose();
        }
    }

    private static WebpFrame firstFrame(byte[] encoded, ImageHeader canvas) throws IOException {
        ByteBuffer file = file(encoded);
        for (int at = FIRST_CHUNK; at + 8 <= encoded.length; at = next(file, at)) {
            if (file.getInt(at) == FRAME) {
                return WebpFrame.of(encoded, at + 8, file.getInt(at + 4), canvas);
            }
        }
        throw new IOException("it is an animation without a frame");
    }

    private static void requireWhole(byte[] encoded) throws IOException {
        if (8 + (file(encoded).getInt(4) & 0xffffffffL) > encoded.length) {
            throw new IOException("it is cut off");
        }
    }

    private static Pixels pixels(BufferedImage image) {
        int width = image.getWidth();
        int count = image.getHeight() * width;
        byte[] rgb = new byte[Math.multiplyExact(3, count)];
        byte[] alpha = new byte[count];
        int[] row = new int[width];
        int pixel = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int colour : row) {
                rgb[3 * pixel] = (byte) (colour >> 16);
                rgb[3 * pixel + 1] = (byte) (colour >> 8);
                rgb[3 * pixel + 2] = (byte) colour;
                alpha[pixel++] = (byte) (colour >>> 24);
            }
        }
        return image.getColorModel().hasAlpha() ? Pixels.withAlpha(rgb, alpha) : Pixels.opaque(rgb);
    }
}
