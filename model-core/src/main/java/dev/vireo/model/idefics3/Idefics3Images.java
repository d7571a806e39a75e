// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.idefics3;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.checkpoint.ProcessorSettings.Fit;
import dev.vireo.image.Filter;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ImageRejectedException;
import dev.vireo.image.ImageSize;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.PlanarImage;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.Resizing;
import dev.vireo.image.RgbImage;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Idefics3's pictures: resized to a longest edge, then so that both sides are whole tiles, cut row by row; and the whole squeezed
 * into one tile. Source: transformers 5.23, models/idefics3/image_processing_idefics3.py (torchvision) and
 * processing_idefics3.py.
 */
final class Idefics3Images implements ImageProcessor {
    private static final Pattern PLACEHOLDER = Pattern.compile("<image>");
    private static final String FAKE = "<fake_token_around_image>";
    /** Both sides of a resized picture, at most. */
    private static final int LIMIT = 4096;

    private final int longest;
    private final int side;
    private final int tileTokens;
    private final boolean splitting;
    private final Filter filter;

    /** @throws CheckpointMismatchException if the settings cut other tiles than the model takes */
    Idefics3Images(ModelConfig config, ProcessorSettings settings) {
        side = config.integer("vision_config.image_size");
        int tile = settings.all().integer("max_image_size.longest_edge");
        int patches = side / config.integer("vision_config.patch_size");
        int scale = config.integer("scale_factor");
        if (settings.size().fit() != Fit.LONGEST_EDGE || tile != side) {
            throw new CheckpointMismatchException("Cannot process images as " + settings.source()
                    + " says: max_image_size is " + tile + " (expected the tower's side, " + side
                    + ", and a longest_edge in size)");
        }
        if (side % config.integer("vision_config.patch_size") != 0 || patches % scale != 0) {
            throw new CheckpointMismatchException("Cannot build the model of " + config.source() + ": image_size is "
                    + side + ", patch_size " + config.integer("vision_config.patch_size") + ", scale_factor " + scale
                    + " (expected each to divide what is left of the one before)");
        }
        longest = settings.size().height();
        splitting = settings.all().flag("do_image_splitting");
        filter = Filter.ofPillow(settings.resample());
        tileTokens = patches / scale * (patches / scale);
    }

    @Override
    public ProcessedImage process(RgbImage image, int rowImages) {
        ImageSize first = limited(image.height(), image.width());
        PlanarImage resized =
                Resizing.of(filter, image, first.height(), first.width()).whole();
        ImageSize grid = grid(image.height(), image.width());
        PlanarImage whole = splitting ? resized(resized, grid.height() * side, grid.width() * side) : resized;
        int cut = pieces(grid) - 1;
        int tileBytes = 3 * side * side;
        byte[] tiles = new byte[tileBytes * (cut + 1)];
        for (int tile = 0; tile < cut; tile++) {
            int top = tile / grid.width() * side;
            int left = tile % grid.width() * side;
            whole.draw(tiles, tileBytes * tile, side, side, -top, -left);
        }
        resized(whole, side, side).draw(tiles, tileBytes * cut, side, side, 0, 0);
        return new ProcessedImage(tiles, cut + 1, side, side, image.height(), image.width());
    }

    private PlanarImage resized(PlanarImage image, int height, int width) {
        return Resizing.of(filter, image, height, width).whole();
    }

    /** The longer side at its length, the other even, both within the limit. */
    private ImageSize limited(int height, int width) {
        double aspect = (double) width / height;
        ImageSize even = width >= height
                ? new ImageSize(even((int) (longest / aspect)), longest)
                : new ImageSize(longest, even((int) (longest * aspect)));
        if (Math.max(even.height(), even.width()) <= LIMIT) {
            return even;
        }
        double limitedAspect = (double) even.width() / even.height();
        return even.width() >= even.height()
                ? new ImageSize(Math.max((int) (LIMIT / limitedAspect), 1), LIMIT)
                : new ImageSize(LIMIT, Math.max((int) (LIMIT * limitedAspect), 1));
    }

    private static int even(int length) {
        return Math.max(length + length % 2, 1);
    }

    /** Rows and columns of tiles that a picture of this size is enlarged to. */
    private ImageSize grid(int imageHeight, int imageWidth) {
        ImageSize size = limited(imageHeight, imageWidth);
        double aspect = (double) size.width() / size.height();
        boolean wide = size.width() >= size.height();
        int most = tiles(Math.max(size.width(), size.height()));
        int least = tiles((int) (wide ? most * side / aspect : most * side * aspect));
        if (splitting && least == 0) {
            throw new ImageRejectedException(
                    "it has " + imageHeight + " x " + imageWidth + " pixels, too narrow for the model's tiles");
        }
        return wide ? new ImageSize(least, most) : new ImageSize(most, least);
    }

    private int tiles(int length) {
        return (length + side - 1) / side;
    }

    /** Tiles of a picture, that of the whole included. */
    private int pieces(ImageSize grid) {
        int cut = grid.height() * grid.width();
        return splitting && cut > 1 ? cut + 1 : 1;
    }

    @Override
    public int imageTokens(int height, int width, int rowImages) {
        return tileTokens * pieces(grid(height, width));
    }

    @Override
    public ImageSpan span(int height, int width, int rowImages) {
        int pieces = pieces(grid(height, width));
        return new ImageSpan(tileTokens * pieces, pieces);
    }

    /** Each tile behind its row and column, the whole picture last; lines end as the tiles' rows do. */
    @Override
    public String inPrompt(String text, List<ImageSize> sizes) {
        Matcher places = PLACEHOLDER.matcher(text);
        var laidOut = new StringBuilder();
        for (int i = 0; i < sizes.size() && places.find(); i++) {
            places.appendReplacement(
                    laidOut, picture(grid(sizes.get(i).height(), sizes.get(i).width())));
        }
        return places.appendTail(laidOut).toString();
    }

    private String picture(ImageSize grid) {
        String whole = FAKE + "<global-img><image>" + FAKE;
        if (pieces(grid) == 1) {
            return whole;
        }
        var picture = new StringBuilder();
        for (int row = 1; row <= grid.height(); row++) {
            for (int column = 1; column <= grid.width(); column++) {
                picture.append(FAKE).append("<row_%d_col_%d><image>".formatted(row, column));
            }
            picture.append('\n');
        }
        return picture.append('\n').append(whole).toString();
    }
}
