// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/** The rows of a resized picture, interleaved one at a time. */
final class PlanarRows implements PixelRows {
    private final PlanarImage image;
    private final byte[] row;

    PlanarRows(PlanarImage image) {
        this.image = image;
        row = new byte[3 * image.width()];
    }

    @Override
    public int height() {
        return image.height();
    }

    @Override
    public int width() {
        return image.width();
    }

    @Override
    public byte[] array(int y) {
        byte[] planes = image.planes();
        for (int channel = 0; channel < 3; channel++) {
            int line = (channel * image.height() + y) * image.width();
            for (int x = 0; x < image.width(); x++) {
                row[3 * x + channel] = planes[line + x];
            }
        }
        return row;
    }

    @Override
    public int offset(int y) {
        return 0;
    }
}
