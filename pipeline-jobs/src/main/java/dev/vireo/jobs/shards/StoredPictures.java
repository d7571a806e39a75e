// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ImageSize;
import dev.vireo.image.ProcessedImage;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Tiles of a stored image: as they lie there, or made from the original bytes by the rules of the preparation. */
final class StoredPictures {
    private final ImageRules rules;
    private final @Nullable ImageProcessor processor;

    StoredPictures(ImageRules rules, @Nullable ImageProcessor processor) {
        this.rules = rules;
        this.processor = processor;
    }

    /** @param rowImages images of the row that the image is wanted for */
    ProcessedImage read(Columns cells, int rowImages) {
        if (rules.storage() == ImageStorage.SOURCE) {
            if (processor == null) {
                throw new IllegalStateException(
                        "Cannot make tiles of source images: the reader was opened without the model's image processor");
            }
            byte[] source = Objects.requireNonNull(cells.bytes("source", 0), "source");
            return processor.process(rules.decoder(processor.transparency()).decode(source), rowImages);
        }
        return new ProcessedImage(
                Objects.requireNonNull(cells.bytes("tiles", 0), "tiles"),
                sizes(cells.integers("tile_heights", 0), cells.integers("tile_widths", 0)),
                new ImageSize(cells.integer("image_height", 0), cells.integer("image_width", 0)));
    }

    private static List<ImageSize> sizes(int[] heights, int[] widths) {
        return IntStream.range(0, heights.length)
                .mapToObj(i -> new ImageSize(heights[i], widths[i]))
                .toList();
    }
}
