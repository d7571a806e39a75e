// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.jobs.config.PrepareSettings;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One published column layout. Implementations have no state. */
interface RecordSchema {
    /** Its name in {@code prepare.schema}. */
    PrepareSettings.Schema id();

    /** The columns without which a file is not of this layout. */
    Map<String, ColumnType> required();

    /** Columns that are read where they are there; the types of those that are no lists or structs are not looked at. */
    Map<String, ColumnType> optional();

    /** The columns that may hold the record's own id, the first one that does wins. */
    List<String> idColumns();

    /** The record's own id, or null where the layout or the record has none. */
    default @Nullable String rowId(Record values) {
        for (String column : idColumns()) {
            String id = values.text(column);
            if (id != null) {
                return id;
            }
        }
        return null;
    }

    /**
     * The record as a row.
     *
     * @throws RejectedRowException if it is no row
     */
    InputRow row(Record values);
}
