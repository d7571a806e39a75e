// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ProcessedImage;
import java.util.Objects;
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
            return processor.process(rules.decoder().decode(source), rowImages);
        }
        return new ProcessedImage(
                Objects.requireNonNull(cells.bytes("tiles", 0), "tiles"),
                cells.integer("tile_count", 0),
                cells.integer("tile_height", 0),
                cells.integer("tile_width", 0),
                cells.integer("image_height", 0),
                cells.integer("image_width", 0));
    }
}
