// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** One record of a Parquet file, or a struct in it. A column that the file lacks reads as null. */
final class Record {
    private final Group group;

    Record(Group group) {
        this.group = group;
    }

    private boolean has(String field) {
        return group.getType().containsField(field) && group.getFieldRepetitionCount(field) > 0;
    }

    /** Text, or a number as text; null where the value is null. */
    @Nullable
    String text(String field) {
        if (!has(field) || !group.getType().getType(field).isPrimitive()) {
            return null;
        }
        return group.getType().getType(field).asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
                ? group.getString(field, 0)
                : group.getValueToString(group.getType().getFieldIndex(field), 0);
    }

    byte @Nullable [] bytes(String field) {
        return has(field) ? group.getBinary(field, 0).getBytes() : null;
    }

    @Nullable
    Record struct(String field) {
        return has(field) ? new Record(group.getGroup(field, 0)) : null;
    }

    /** The structs of a list without null elements; empty where the list is null. */
    List<Record> list(String field) {
        List<Record> elements = new ArrayList<>();
        if (!has(field)) {
            return elements;
        }
        Group list = group.getGroup(field, 0);
        GroupType type = list.getType();
        boolean wrapped = ColumnType.isWrapped(type);
        for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
            Group element = list.getGroup(0, i);
            if (!wrapped) {
                elements.add(new Record(element));
            } else if (element.getFieldRepetitionCount(0) > 0) {
                elements.add(new Record(element.getGroup(0, 0)));
            }
        }
        return elements;
    }
}
