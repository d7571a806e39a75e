// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * The type of a column as a schema wants it or a file has it, written as Arrow writes it.
 *
 * @param name {@code string}, {@code binary}, {@code int64}, {@code list}, {@code struct}, {@code either}, or what else Parquet calls it
 * @param fields of a struct in order, the one element of a list, or the types of which either is wanted
 */
record ColumnType(String name, Map<String, ColumnType> fields) {
    static final ColumnType TEXT = new ColumnType("string", Map.of());
    static final ColumnType BYTES = new ColumnType("binary", Map.of());
    static final ColumnType BOOL = new ColumnType("bool", Map.of());
    static final ColumnType INT64 = new ColumnType("int64", Map.of());
    /** Of a column without a single value, as writers leave it that had none to learn a type from. */
    static final ColumnType NULL = new ColumnType("null", Map.of());

    private static final String ELEMENT = "element";
    private static final String EITHER = "either";

    static ColumnType list(ColumnType element) {
        return new ColumnType("list", Map.of(ELEMENT, element));
    }

    /** A struct of the given names and types in turn. */
    static ColumnType struct(Object... namesAndTypes) {
        Map<String, ColumnType> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            fields.put((String) namesAndTypes[i], (ColumnType) namesAndTypes[i + 1]);
        }
        return new ColumnType("struct", fields);
    }

    /** A type that reads what one of these reads. */
    static ColumnType either(ColumnType first, ColumnType second) {
        return new ColumnType(EITHER, Map.of("first", first, "second", second));
    }

    static ColumnType of(Type type) {
        if (type.isPrimitive()) {
            return new ColumnType(primitive(type), Map.of());
        }
        GroupType group = type.asGroupType();
        if (isList(group)) {
            return list(of(element(group)));
        }
        List<Object> fields = new ArrayList<>();
        for (Type field : group.getFields()) {
            fields.addAll(Arrays.asList(field.getName(), of(field)));
        }
        return struct(fields.toArray());
    }

    private static String primitive(Type type) {
        if (type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.UnknownLogicalTypeAnnotation) {
            return NULL.name();
        }
        PrimitiveTypeName kind = type.asPrimitiveType().getPrimitiveTypeName();
        return switch (kind) {
            case BINARY ->
                type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
                        ? "string"
                        : "binary";
            case INT32, INT64 -> "int64";
            case BOOLEAN -> "bool";
            case FLOAT, DOUBLE -> "double";
            case INT96, FIXED_LEN_BYTE_ARRAY -> kind.name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    static boolean isList(GroupType group) {
        return group.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation
                && group.getFieldCount() == 1
                && group.getType(0).isRepetition(Type.Repetition.REPEATED);
    }

    /** Whether the elements of a list lie in a group of their own, as all writers of today lay them. */
    static boolean isWrapped(GroupType list) {
        Type repeated = list.getType(0);
        return !repeated.isPrimitive()
                && repeated.asGroupType().getFieldCount() == 1
                && !repeated.getName().equals("array")
                && !repeated.getName().equals(list.getName() + "_tuple");
    }

    private static Type element(GroupType list) {
        Type repeated = list.getType(0);
        return isWrapped(list) ? repeated.asGroupType().getType(0) : repeated;
    }

    /** Whether a column of type {@code found} can be read as this type; structs may have more fields. */
    boolean reads(ColumnType found) {
        if (name.equals(EITHER)) {
            return fields.values().stream().anyMatch(each -> each.reads(found));
        }
        return name.equals(found.name)
                && fields.entrySet().stream().allMatch(field -> {
                    ColumnType theirs = found.fields.get(field.getKey());
                    return theirs != null && field.getValue().reads(theirs);
                });
    }

    @Override
    public String toString() {
        if (fields.isEmpty()) {
            return name;
        }
        if (name.equals(EITHER)) {
            return fields.get("first") + " or " + fields.get("second");
        }
        String inner = name.equals("list")
                ? String.valueOf(fields.get(ELEMENT))
                : fields.entrySet().stream()
                        .map(field -> field.getKey() + ": " + field.getValue())
                        .collect(Collectors.joining(", "));
        return name + "<" + inner + ">";
    }
}
