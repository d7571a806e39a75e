// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/** Turns and mirrors a picture as its EXIF orientation says. */
final class Turn {
    private Turn() {}

    /** Whether height and width change places. */
    static boolean swapsSides(int orientation) {
        return orientation > 4;
    }

    /** @param orientation 1 (as it is) to 8 */
    static RgbImage of(RgbImage image, int orientation) {
        if (orientation == 1) {
            return image;
        }
        boolean transposed = swapsSides(orientation);
        int height = transposed ? image.width() : image.height();
        int width = transposed ? image.height() : image.width();
        boolean fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        boolean fromBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        byte[] turned = new byte[image.pixels().length];
        int target = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int row = transposed ? x : y;
                int column = transposed ? y : x;
                int sourceRow = fromBottom ? image.height() - 1 - row : row;
                int sourceColumn = fromRight ? image.width() - 1 - column : column;
                int source = 3 * (sourceRow * image.width() + sourceColumn);
                turned[target++] = image.pixels()[source];
                turned[target++] = image.pixels()[source + 1];
                turned[target++] = image.pixels()[source + 2];
            }
        }
        return new RgbImage(turned, height, width);
    }
}
