// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The columns of the light table, and those of its rows that were dropped. */
public final class Candidates {
    /** Number of the input file. */
    public static final String FILE = "file";

    /** Number of the row in its file; with {@link #FILE} it names a row, and orders all of them. */
    public static final String ROW = "row";

    /** Number of the range of rows that the row was read in. */
    public static final String RANGE = "range";

    /** Why a row is dropped: the rule, a colon, and particulars. */
    public static final String REASON = "reason";

    /** The columns that name a row. */
    static final String[] NAME = {FILE, ROW};

    static final String SOURCE = "source";
    static final String ROW_ID = "row_id";
    static final String IMAGES = "images";
    static final String LOOKS = "looks";
    static final String TEXT = "text";
    static final String CHOSEN_WORDS = "chosen_words";
    static final String REJECTED_WORDS = "rejected_words";

    /** Of the light table. */
    public static final StructType SCHEMA = new StructType(new StructField[] {
        column(FILE, false, DataTypes.IntegerType),
        column(ROW, false, DataTypes.LongType),
        column(RANGE, false, DataTypes.IntegerType),
        column(SOURCE, false, DataTypes.IntegerType),
        column(ROW_ID, false, DataTypes.StringType),
        column(IMAGES, false, DataTypes.createArrayType(DataTypes.StringType, false)),
        column(LOOKS, false, DataTypes.createArrayType(DataTypes.LongType, false)),
        column(TEXT, false, DataTypes.StringType),
        column(CHOSEN_WORDS, true, DataTypes.IntegerType),
        column(REJECTED_WORDS, true, DataTypes.IntegerType)
    });

    private Candidates() {}

    private static StructField column(String name, boolean nullable, org.apache.spark.sql.types.DataType type) {
        return DataTypes.createStructField(name, type, nullable);
    }

    /**
     * One row of the light table.
     *
     * @param place where the row lies
     * @param rowId its id
     * @param images hash of each image's encoded bytes
     * @param looks difference hash of each image, as many; empty where no rule asks
     * @param text hash of the conversation
     * @param words of its answers, where it is a pair
     */
    public static Row row(
            Place place, String rowId, List<String> images, List<Long> looks, String text, @Nullable Words words) {
        return RowFactory.create(
                place.file(),
                place.row(),
                place.range(),
                place.source(),
                rowId,
                images.toArray(String[]::new),
                looks.toArray(Long[]::new),
                text,
                words == null ? null : words.chosen(),
                words == null ? null : words.rejected());
    }

    /**
     * Where a row lies.
     *
     * @param file number of its file
     * @param row its number in the file
     * @param range number of the range that it was read in
     * @param source number of the {@code --input} that holds the file
     */
    public record Place(int file, long row, int range, int source) {}

    /** The order of the input. */
    static Column[] inputOrder() {
        return new Column[] {functions.col(FILE), functions.col(ROW)};
    }
}
