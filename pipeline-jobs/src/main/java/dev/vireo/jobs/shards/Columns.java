// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The columns of a shard's three files, and access to single cells by the column's name. */
final class Columns {
    /** Rows in one record batch of the file of rows: what is read to get one row. */
    static final int ROWS_IN_BATCH = 16;

    static final Schema INDEX = new Schema(List.of(
            text("row_id"),
            whole("prefix_tokens"),
            whole("chosen_tokens"),
            whole("rejected_tokens"),
            whole("completion_targets"),
            whole("all_targets"),
            whole("images")));

    static final Schema ROWS = new Schema(List.of(
            text("row_id"),
            list("prompt_ids", whole("item")),
            list("chosen_ids", whole("item")),
            list("chosen_scored", flag("item")),
            list("rejected_ids", whole("item")),
            list("rejected_scored", flag("item")),
            list("images", whole("item")),
            list("image_tokens", whole("item")),
            list("image_placeholders", whole("item")),
            text("prompt"),
            text("question"),
            text("chosen"),
            text("rejected"),
            text("ds_name"),
            text("origin_dataset"),
            text("origin_split"),
            text("image_path"),
            text("source_file"),
            wide("source_row"),
            text("transformations")));

    static final Schema IMAGES = new Schema(List.of(
            text("sha256"),
            bytes("source"),
            bytes("tiles"),
            list("tile_heights", whole("item")),
            list("tile_widths", whole("item")),
            whole("image_height"),
            whole("image_width")));

    private final VectorSchemaRoot root;

    Columns(VectorSchemaRoot root) {
        this.root = root;
    }

    private static Field text(String name) {
        return Field.nullable(name, ArrowType.Utf8.INSTANCE);
    }

    private static Field bytes(String name) {
        return Field.nullable(name, ArrowType.Binary.INSTANCE);
    }

    private static Field whole(String name) {
        return Field.notNullable(name, new ArrowType.Int(32, true));
    }

    private static Field wide(String name) {
        return Field.notNullable(name, new ArrowType.Int(64, true));
    }

    private static Field flag(String name) {
        return Field.notNullable(name, ArrowType.Bool.INSTANCE);
    }

    private static Field list(String name, Field item) {
        return new Field(name, FieldType.notNullable(ArrowType.List.INSTANCE), List.of(item));
    }

    void putText(String column, int row, @Nullable String value) {
        if (value != null) {
            vector(column, VarCharVector.class).setSafe(row, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    void putBytes(String column, int row, byte[] value) {
        vector(column, VarBinaryVector.class).setSafe(row, value);
    }

    void putInt(String column, int row, int value) {
        vector(column, IntVector.class).setSafe(row, value);
    }

    void putLong(String column, int row, long value) {
        vector(column, BigIntVector.class).setSafe(row, value);
    }

    void putInts(String column, int row, int[] values) {
        ListVector list = vector(column, ListVector.class);
        int start = list.startNewValue(row);
        IntVector items = (IntVector) list.getDataVector();
        for (int i = 0; i < values.length; i++) {
            items.setSafe(start + i, values[i]);
        }
        list.endValue(row, values.length);
    }

    void putFlags(String column, int row, boolean[] values) {
        ListVector list = vector(column, ListVector.class);
        int start = list.startNewValue(row);
        BitVector items = (BitVector) list.getDataVector();
        for (int i = 0; i < values.length; i++) {
            items.setSafe(start + i, values[i] ? 1 : 0);
        }
        list.endValue(row, values.length);
    }

    @Nullable
    String text(String column, int row) {
        VarCharVector vector = vector(column, VarCharVector.class);
        return vector.isNull(row) ? null : new String(vector.get(row), StandardCharsets.UTF_8);
    }

    String requiredText(String column, int row) {
        return Objects.requireNonNull(text(column, row), column);
    }

    byte @Nullable [] bytes(String column, int row) {
        VarBinaryVector vector = vector(column, VarBinaryVector.class);
        return vector.isNull(row) ? null : vector.get(row);
    }

    int integer(String column, int row) {
        return vector(column, IntVector.class).get(row);
    }

    long wholeNumber(String column, int row) {
        return vector(column, BigIntVector.class).get(row);
    }

    int[] integers(String column, int row) {
        ListVector list = vector(column, ListVector.class);
        IntVector items = (IntVector) list.getDataVector();
        int start = list.getElementStartIndex(row);
        int[] values = new int[list.getElementEndIndex(row) - start];
        Arrays.setAll(values, i -> items.get(start + i));
        return values;
    }

    boolean[] flags(String column, int row) {
        ListVector list = vector(column, ListVector.class);
        BitVector items = (BitVector) list.getDataVector();
        int start = list.getElementStartIndex(row);
        boolean[] values = new boolean[list.getElementEndIndex(row) - start];
        for (int i = 0; i < values.length; i++) {
            values[i] = items.get(start + i) != 0;
        }
        return values;
    }

    private <V extends FieldVector> V vector(String column, Class<V> type) {
        return type.cast(root.getVector(column));
    }
}
