// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Image columns as the {@code datasets} library writes them: {@code struct<bytes: binary, path: string>}. */
final class Pictures {
    static final ColumnType TYPE = ColumnType.struct("bytes", ColumnType.BYTES, "path", ColumnType.TEXT);

    private Pictures() {}

    /** No image for null, one otherwise. */
    static List<byte[]> one(@Nullable Record image) {
        return image == null || isNull(image) ? List.of() : List.of(bytes(image));
    }

    static List<byte[]> all(List<Record> images) {
        List<byte[]> all = new ArrayList<>();
        for (Record image : images) {
            all.add(bytes(image));
        }
        return all;
    }

    private static boolean isNull(Record image) {
        return image.bytes("bytes") == null && image.text("path") == null;
    }

    private static byte[] bytes(Record image) {
        byte[] bytes = image.bytes("bytes");
        if (bytes == null) {
            throw new RejectedRowException(
                    "image without bytes: only its path " + image.text("path") + " is in the file");
        }
        return bytes;
    }
}
