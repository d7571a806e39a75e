// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.image.SizeLimits;
import dev.vireo.jobs.config.ImageSizeSettings;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.shards.ImageRules;
import dev.vireo.jobs.shards.ImageStorage;
import dev.vireo.tokenization.PairTokenizer.Bos;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How rows are made; goes to the executors.
 *
 * @param model directory of the model
 * @param template text of the chat template; null for the model's own
 * @param bos when prompts begin with BOS
 * @param images how pictures become tiles
 * @param limits how long rows may be
 */
record Recipe(String model, @Nullable String template, Bos bos, ImageRules images, LengthLimits limits)
        implements Serializable {

    static Recipe of(String model, @Nullable String template, PrepareSettings settings) {
        ImageStorage storage =
                switch (settings.images()) {
                    case TILES -> ImageStorage.TILES;
                    case SOURCE -> ImageStorage.SOURCE;
                };
        Bos bos =
                switch (settings.bos()) {
                    case TEMPLATE -> Bos.TEMPLATE;
                    case ALWAYS -> Bos.ALWAYS;
                };
        ImageSizeSettings sizes = settings.imageSizes();
        SizeLimits limits = new SizeLimits(sizes.longestEdge(), sizes.maxPixels());
        boolean exif = settings.exif() == PrepareSettings.Exif.APPLY;
        return new Recipe(
                model,
                template,
                bos,
                new ImageRules(storage, exif, sizes.maxImagePixels(), limits),
                new LengthLimits(settings.lengths()));
    }
}
