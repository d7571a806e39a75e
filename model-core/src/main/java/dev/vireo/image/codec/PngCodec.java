// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;

/** PNG of every kind: the JDK's reader gives samples, whose meaning follows the header as in Pillow. */
final class PngCodec implements Codec {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte[] XMP = "XML:com.adobe.xmp\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int IHDR = 0x49484452;
    private static final int EXIF = 0x65584966;
    private static final int TEXT = 0x69545874;
    private static final int END = 0x49454e44;

    @Override
    public boolean recognises(byte[] encoded) {
        return encoded.length >= SIGNATURE.length
                && Arrays.equals(encoded, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
    }

    @Override
    public ImageHeader header(byte[] encoded) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(encoded);
        if (file.getInt(12) != IHDR) {
            throw new IOException("its first chunk is not its header");
        }
        OptionalInt exif = OptionalInt.empty();
        OptionalInt xmp = OptionalInt.empty();
        file.position(SIGNATURE.length);
        while (file.remaining() >= 12) {
            int length = file.getInt();
            int kind = file.getInt();
            if (length < 0 || length > file.remaining() - 4 || kind == END) {
                break;
            }
            if (kind == EXIF) {
                exif = Exif.orientation(encoded, file.position(), length);
            } else if (kind == TEXT && length > XMP.length && startsWithXmp(encoded, file.position())) {
                xmp = Exif.orientationOfXmp(encoded, file.position(), length);
            }
            file.position(file.position() + length + 4);
        }
        return new ImageHeader(file.getInt(20), file.getInt(16), Exif.valid(exif, xmp));
    }

    private static boolean startsWithXmp(byte[] encoded, int at) {
        return Arrays.equals(encoded, at, at + XMP.length, XMP, 0, XMP.length);
    }

    @Override
    public Pixels decode(byte[] encoded, ImageHeader header) throws IOException {
        try (StandardReader reader = StandardReader.open("png", encoded)) {
            BufferedImage image = reader.get().read(0);
            Raster raster = image.getRaster();
            int depth = encoded[24];
            return switch (encoded[25]) {
                case 0, 4 -> grey(raster, depth);
                case 2, 6 -> colour(raster, depth);
                default -> PaletteImage.pixels(raster, (IndexColorModel) image.getColorModel());
            };
        }
    }

    /** One level a pixel, and opacity where the raster has a second band. */
    private static Pixels grey(Raster raster, int depth) {
        byte[] levels = band(raster, 0);
        if (depth == 16) {
            levels = raster.getNumBands() == 1 ? clipped(raster) : high(raster, 0);
        } else if (depth < 8) {
            int step = 255 / ((1 << depth) - 1);
            for (int i = 0; i < levels.length; i++) {
                levels[i] *= (byte) step;
            }
        }
        byte[] rgb = JpegColours.grey(levels);
        if (raster.getNumBands() == 1) {
            return Pixels.opaque(rgb);
        }
        return Pixels.withAlpha(rgb, depth == 16 ? high(raster, 1) : band(raster, 1));
    }

    private static Pixels colour(Raster raster, int depth) {
        byte[] rgb = new byte[Math.multiplyExact(3 * raster.getHeight(), raster.getWidth())];
        for (int channel = 0; channel < 3; channel++) {
            byte[] levels = depth == 16 ? high(raster, channel) : band(raster, channel);
            for (int i = 0, target = channel; i < levels.length; i++, target += 3) {
                rgb[target] = levels[i];
            }
        }
        if (raster.getNumBands() == 3) {
            return Pixels.opaque(rgb);
        }
        return Pixels.withAlpha(rgb, depth == 16 ? high(raster, 3) : band(raster, 3));
    }

    private static byte[] band(Raster raster, int band) {
        return shifted(raster, band, 0);
    }

    /** The upper halves of 16-bit samples. */
    private static byte[] high(Raster raster, int band) {
        return shifted(raster, band, 8);
    }

    private static byte[] shifted(Raster raster, int band, int shift) {
        byte[] levels = new byte[raster.getHeight() * raster.getWidth()];
        int[] row = new int[raster.getWidth()];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(0, y, row.length, 1, band, row);
            for (int x = 0; x < row.length; x++) {
                levels[y * row.length + x] = (byte) (row[x] >> shift);
            }
        }
        return levels;
    }

    /** Pillow cuts 16-bit grey off at 255 instead of scaling it. */
    private static byte[] clipped(Raster raster) {
        byte[] levels = new byte[raster.getHeight() * raster.getWidth()];
        int[] row = new int[raster.getWidth()];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(0, y, row.length, 1, 0, row);
            for (int x = 0; x < row.length; x++) {
                levels[y * row.length + x] = (byte) Math.min(row[x], 255);
            }
        }
        return levels;
    }
}
