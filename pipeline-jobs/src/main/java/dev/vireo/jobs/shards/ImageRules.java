// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ImageDecoder.Orientation;
import dev.vireo.image.SizeLimits;
import dev.vireo.image.Transparency;
import java.io.Serializable;
import java.util.Objects;

/**
 * How pictures became tiles.
 *
 * @param storage what shards hold of each
 * @param exifApplied whether the EXIF orientation was applied
 * @param maxPixels largest picture that was accepted, width times height before resizing
 * @param limits within which pictures were brought before the model's processor received them
 */
public record ImageRules(ImageStorage storage, boolean exifApplied, long maxPixels, SizeLimits limits)
        implements Serializable {
    public ImageRules {
        Objects.requireNonNull(storage, "images.storage");
        Objects.requireNonNull(limits, "images.limits");
    }

    /** What decodes pictures by these rules, for a model whose processor treats transparent pixels so. */
    public ImageDecoder decoder(Transparency transparency) {
        return new ImageDecoder(exifApplied ? Orientation.APPLY : Orientation.IGNORE, transparency, maxPixels, limits);
    }
}
