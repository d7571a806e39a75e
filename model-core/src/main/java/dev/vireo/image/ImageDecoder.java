// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import dev.vireo.image.codec.EncodedImage;
import java.io.IOException;

/**
 * From a picture file's bytes to RGB, as transformers 5.23 receives it through Pillow: grey and palettes are spread, 16 bits
 * cut to 8, ink turned to light, transparency removed in one of two ways. JPEG, PNG, WebP, GIF and BMP, of an animation
 * the first picture. Threads may share one.
 */
public final class ImageDecoder {
    private final Orientation orientation;
    private final Transparency transparency;
    private final long maxPixels;
    private final SizeLimits limits;

    /** What happens with an EXIF orientation. */
    public enum Orientation {
        APPLY,
        IGNORE
    }

    /**
     * One that lays transparent pixels over white.
     *
     * @param maxPixels the largest picture that is decoded, height times width
     */
    public ImageDecoder(Orientation orientation, long maxPixels) {
        this(orientation, Transparency.OVER_WHITE, maxPixels, SizeLimits.NONE);
    }

    /**
     * @param maxPixels the largest picture that is decoded, height times width
     * @param limits within which a decoded picture is brought once it is turned
     */
    public ImageDecoder(Orientation orientation, Transparency transparency, long maxPixels, SizeLimits limits) {
        this.orientation = orientation;
        this.transparency = transparency;
        this.maxPixels = maxPixels;
        this.limits = limits;
    }

    /**
     * Decodes a picture.
     *
     * @throws ImageRejectedException if the file is broken or cut off, its format is not known, or its header says more
     *     pixels than are allowed, in which case nothing is decoded
     */
    public RgbImage decode(byte[] encoded) throws ImageRejectedException {
        try {
            EncodedImage file = open(encoded);
            RgbImage stored = new RgbImage(transparency.rgb(file.decode()), file.height(), file.width());
            return limits.apply(orientation == Orientation.APPLY ? Turn.of(stored, file.orientation()) : stored);
        } catch (IOException e) {
            throw undecodable(e);
        }
    }

    /**
     * How large {@link #decode} would find a picture, from its header alone.
     *
     * @throws ImageRejectedException as {@code decode}, as far as the header tells
     */
    public TurnedSize size(byte[] encoded) throws ImageRejectedException {
        try {
            EncodedImage file = open(encoded);
            int turn = orientation == Orientation.APPLY ? file.orientation() : 1;
            ImageSize size = Turn.swapsSides(turn)
                    ? new ImageSize(file.width(), file.height())
                    : new ImageSize(file.height(), file.width());
            return new TurnedSize(limits.apply(size), size, turn);
        } catch (IOException e) {
            throw undecodable(e);
        }
    }

    private EncodedImage open(byte[] encoded) throws IOException {
        EncodedImage file = EncodedImage.of(encoded);
        long pixels = (long) file.height() * file.width();
        if (pixels > maxPixels) {
            throw new ImageRejectedException("the image has " + file.height() + " x " + file.width() + " = " + pixels
                    + " pixels, more than " + maxPixels);
        }
        return file;
    }

    private static ImageRejectedException undecodable(IOException e) {
        return new ImageRejectedException("the image cannot be decoded: " + e.getMessage(), e);
    }
}
