// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.image.ImageSize;
import dev.vireo.image.TurnedSize;
import dev.vireo.jobs.schema.InputRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was done to a row on its way into a shard, in words. */
final class Transformations {
    private static final int AS_STORED = 1;

    private Transformations() {}

    /** In their order, separated by semicolons. */
    static String of(InputRange range, InputRow row, RowMaker maker) {
        List<String> steps = new ArrayList<>();
        steps.add("read as " + range.schema().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        for (int i = 0; i < row.images().size(); i++) {
            TurnedSize found = maker.size(row.images().get(i));
            int orientation = found.orientation();
            String turned = orientation == AS_STORED ? "" : ", turned by EXIF orientation " + orientation;
            String smaller = found.size().equals(found.whole()) ? "" : ", made smaller to " + text(found.size());
            steps.add("image " + (i + 1) + " of " + text(found.whole()) + turned + smaller);
        }
        return String.join("; ", steps);
    }

    private static String text(ImageSize size) {
        return size.height() + " x " + size.width();
    }
}
