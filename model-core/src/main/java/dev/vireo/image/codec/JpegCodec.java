// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * JPEG, baseline and progressive. The JDK's libjpeg decodes the components; their conversion to RGB is libjpeg's and, for
 * four components, Pillow's, which takes inks as inverted.
 */
final class JpegCodec implements Codec {
    private static final String CUT_OFF = "Missing EOI";

    @Override
    public boolean recognises(byte[] encoded) {
        return encoded.length > 2 && (encoded[0] & 0xff) == 0xff && (encoded[1] & 0xff) == 0xd8;
    }

    @Override
    public ImageHeader header(byte[] encoded) throws IOException {
        return JpegSegments.read(encoded).header();
    }

    @Override
    public Pixels decode(byte[] encoded, ImageHeader header) throws IOException {
        JpegSegments segments = JpegSegments.read(encoded);
        if (segments.precision() != 8) {
            throw new IOException("its samples have " + segments.precision() + " bits (JPEG is read with 8)");
        }
        Raster raster = components(segments);
        if (raster.getHeight() != header.height() || raster.getWidth() != header.width()) {
            throw new IOException("its scan has " + raster.getHeight() + " x " + raster.getWidth()
                    + " pixels, its header says " + header.height() + " x " + header.width());
        }
        byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
        int bands = raster.getNumBands();
        for (int band = 0; band < bands; band++) {
            if (segments.halfHeight(band)) {
                HalfHeight.smooth(samples, bands, band, raster.getHeight(), raster.getWidth());
            }
        }
        return Pixels.opaque(
                switch (bands) {
                    case 1 -> JpegColours.grey(samples);
                    case 3 -> segments.lumaAndChroma() ? JpegColours.fromLuma(samples) : samples;
                    case 4 -> JpegColours.fromInks(segments.lumaChromaAndBlack() ? JpegColours.inks(samples) : samples);
                    default -> throw new IOException("it has " + bands + " components");
                });
    }

    private static Raster components(JpegSegments segments) throws IOException {
        List<String> warnings = new ArrayList<>();
        try (StandardReader reader = StandardReader.open("jpeg", segments.bare())) {
            reader.onWarning(warnings::add);
            Raster raster = reader.get().readRaster(0, null);
            // the JDK goes on in grey where a file is cut off
            if (warnings.stream().anyMatch(warning -> warning.contains(CUT_OFF))) {
                throw new IOException("it is cut off");
            }
            return raster;
        }
    }
}
