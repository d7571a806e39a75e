// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.idefics2;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.checkpoint.ProcessorSettings.Fit;
import dev.vireo.image.Filter;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ImageRejectedException;
import dev.vireo.image.ImageSize;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.Resizing;
import dev.vireo.image.RgbImage;
import dev.vireo.image.Transparency;
import dev.vireo.model.tower.GridTower;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Idefics2's pictures: four quarters, if the settings say so, and the whole, each resized so that its sides lie between two
 * limits. A patch that the picture does not fill is masked there and left out here. Source: transformers 5.23,
 * models/idefics2/image_processing_idefics2.py (torchvision) and processing_idefics2.py.
 */
final class Idefics2Images implements ImageProcessor {
    private static final String PLACEHOLDER = "<image>";
    private static final String FAKE = "<fake_token_around_image>";
    /** Python's white space: Unicode's, and four separators. */
    private static final Pattern GLUED =
            Pattern.compile(FAKE + "(?=[^\\s\\x1c-\\x1f<])", Pattern.UNICODE_CHARACTER_CLASS);

    private final int shortest;
    private final int longest;
    private final int patch;
    private final int latents;
    private final boolean splitting;
    private final Filter filter;

    /** @throws CheckpointMismatchException if the settings are another processor's, or leave no patch of a picture */
    Idefics2Images(ModelConfig config, ProcessorSettings settings) {
        settings.requireType("Idefics2ImageProcessor");
        if (settings.size().fit() != Fit.LONGEST_EDGE) {
            throw new CheckpointMismatchException("Cannot process images as " + settings.source()
                    + " says: size has no longest_edge (expected shortest_edge and longest_edge)");
        }
        shortest = settings.all().integer("size.shortest_edge");
        longest = settings.size().height();
        splitting = settings.all().flag("do_image_splitting");
        filter = Filter.ofPillow(settings.resample());
        patch = GridTower.patch(config);
        latents = config.integer("perceiver_config.resampler_n_latents");
        if (shortest < patch || longest < shortest) {
            throw new CheckpointMismatchException("Cannot process images as " + settings.source()
                    + " says: shortest_edge is " + shortest + " and longest_edge " + longest
                    + " (expected at least the tower's patch, " + patch + ", and no less)");
        }
    }

    @Override
    public ProcessedImage process(RgbImage image, int rowImages) {
        int height = image.height();
        int width = image.width();
        int middleY = height / 2;
        int middleX = width / 2;
        requireQuarters(height, width);
        var tiles = new ByteArrayOutputStream();
        List<ImageSize> sizes = new ArrayList<>();
        if (splitting) {
            for (int top : new int[] {0, middleY}) {
                for (int left : new int[] {0, middleX}) {
                    ImageSize quarter =
                            new ImageSize(top == 0 ? middleY : height - middleY, left == 0 ? middleX : width - middleX);
                    sizes.add(draw(image, top, left, quarter, tiles));
                }
            }
        }
        sizes.add(draw(image, 0, 0, new ImageSize(height, width), tiles));
        return new ProcessedImage(tiles.toByteArray(), sizes, new ImageSize(height, width));
    }

    private void requireQuarters(int height, int width) {
        if (splitting && Math.min(height, width) < 2) {
            throw new ImageRejectedException(
                    "it has " + height + " x " + width + " pixels, of which the model cannot make quarters");
        }
    }

    /** Appends a part of the picture, resized, as far as whole patches go; returns their size. */
    private ImageSize draw(RgbImage image, int top, int left, ImageSize part, ByteArrayOutputStream tiles) {
        ImageSize fitted = fitted(part);
        var whole = new ImageSize(fitted.height() / patch * patch, fitted.width() / patch * patch);
        tiles.writeBytes(Resizing.ofPart(filter, image, top, left, part, fitted.height(), fitted.width())
                .window(0, 0, whole.height(), whole.width())
                .planes());
        return whole;
    }

    /** The size between the limits. Where a side is too short, the shape is not kept. */
    private ImageSize fitted(ImageSize part) {
        double aspect = (double) part.width() / part.height();
        int height = part.height();
        int width = part.width();
        if (width >= height && width > longest) {
            width = longest;
            height = (int) (width / aspect);
        } else if (height > width && height > longest) {
            height = longest;
            width = (int) (height * aspect);
        }
        return new ImageSize(Math.max(height, shortest), Math.max(width, shortest));
    }

    @Override
    public int imageTokens(int height, int width, int rowImages) {
        requireQuarters(height, width);
        return pieces() * latents;
    }

    @Override
    public ImageSpan span(int height, int width, int rowImages) {
        return new ImageSpan(imageTokens(height, width, rowImages), pieces());
    }

    /** Its processor loads pictures with {@code load_image} before the image processor receives them. */
    @Override
    public Transparency transparency() {
        return Transparency.DROPPED;
    }

    private int pieces() {
        return splitting ? 5 : 1;
    }

    /** A token on each side of a piece, one between two; a blank before a word that follows. */
    @Override
    public String inPrompt(String text, List<ImageSize> sizes) {
        String picture = (FAKE + PLACEHOLDER + FAKE).repeat(pieces());
        String laidOut = text.replace(PLACEHOLDER, picture).replace(FAKE + FAKE, FAKE);
        return GLUED.matcher(laidOut).replaceAll(FAKE + " ");
    }
}
