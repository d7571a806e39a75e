// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.RowTokens;
import dev.vireo.image.ImageSize;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import org.apache.arrow.memory.RootAllocator;

/**
 * Writes one shard. The files get their names in {@link #finish}; closing without it leaves nothing behind. The same rows
 * give the same bytes. Confined to one thread.
 */
public final class ShardWriter implements AutoCloseable {
    /** The folder of files that have no name yet, below the manifest's; a finished output has none. */
    public static final String UNFINISHED = "_progress";

    private final Storage storage;
    private final String directory;
    private final int number;
    private final int part;
    private final ImageStorage images;
    private final int imageTokenId;
    private final Map<String, Integer> places = new HashMap<>();
    private final Map<String, Integer> picturePlaces = new HashMap<>();
    private final ImageBytes.Count imageBytes = new ImageBytes.Count();
    private final RootAllocator allocator = new RootAllocator();
    private final ArrowOutput indexFile;
    private final ArrowOutput rowFile;
    private final ArrowOutput imageFile;
    private int rows;
    private long tokens;

    private ShardWriter(Storage storage, String directory, int number, int part, ImageStorage images, int imageTokenId)
            throws IOException {
        this.storage = storage;
        this.directory = directory;
        this.number = number;
        this.part = part;
        this.images = images;
        this.imageTokenId = imageTokenId;
        this.indexFile = output("index", Columns.INDEX);
        this.rowFile = output("rows", Columns.ROWS);
        this.imageFile = output("images", Columns.IMAGES);
    }

    private ArrowOutput output(String file, org.apache.arrow.vector.types.pojo.Schema schema) throws IOException {
        return new ArrowOutput(storage, directory, "shards/" + name() + "-" + file + ".arrow", schema, allocator);
    }

    private String name() {
        String name = String.format(Locale.ROOT, "%05d", number);
        return part == 0 ? name : name + "." + part;
    }

    /**
     * Starts a shard.
     *
     * @param directory of the manifest
     * @param number of the shard, from 0 in the order of the rows
     * @param images what is kept of each image
     * @param imageTokenId the placeholder's id
     */
    public static ShardWriter create(
            Storage storage, String directory, int number, ImageStorage images, int imageTokenId) throws IOException {
        return new ShardWriter(storage, directory, number, 0, images, imageTokenId);
    }

    /** Starts the shard that goes on where this one is full; its name is this one's with the part, such as {@code 00012.1}. */
    public ShardWriter next() throws IOException {
        return new ShardWriter(storage, directory, number, part + 1, images, imageTokenId);
    }

    /**
     * The place of an image in the file of images, if it has one.
     *
     * @param hash of its encoded bytes
     * @param rowImages images of the row that needs it, itself included
     */
    public OptionalInt find(String hash, int rowImages) {
        Integer place = places.get(use(hash, rowImages));
        return place == null ? OptionalInt.empty() : OptionalInt.of(place);
    }

    private static String use(String hash, int rowImages) {
        return hash + " of " + rowImages;
    }

    /**
     * Appends an image, unless the same tiles of it are there already.
     *
     * @param hash of its encoded bytes
     * @param source its encoded bytes
     * @param rowImages images of the row that needs it, itself included
     * @return its place
     */
    public int add(String hash, byte[] source, int rowImages, ProcessedImage image) throws IOException {
        // one of several pictures may be tiled otherwise than the same alone
        String picture = hash + " in " + image.tileCount();
        Integer place = picturePlaces.get(picture);
        if (place == null) {
            place = picturePlaces.size();
            picturePlaces.put(picture, place);
            store(hash, source, image);
        }
        places.put(use(hash, rowImages), place);
        return place;
    }

    private void store(String hash, byte[] source, ProcessedImage image) throws IOException {
        Columns cells = imageFile.columns();
        cells.putText("sha256", 0, hash);
        cells.putBytes("source", 0, source);
        if (images == ImageStorage.TILES) {
            cells.putBytes("tiles", 0, image.tiles());
        }
        cells.putInts("tile_heights", 0, ints(image.tileSizes(), ImageSize::height));
        cells.putInts("tile_widths", 0, ints(image.tileSizes(), ImageSize::width));
        cells.putInt("image_height", 0, image.imageHeight());
        cells.putInt("image_width", 0, image.imageWidth());
        imageFile.endRow(1);
        imageBytes.add(source, image.tiles());
    }

    /**
     * Appends a row.
     *
     * @param imagePlaces of its images, each from {@link #find} or {@link #add}
     * @param text the row in words
     */
    public void write(RowTokens row, int[] imagePlaces, RowText text) throws IOException {
        if (imagePlaces.length != row.imageSpans().size()) {
            throw new IllegalArgumentException("Cannot write row " + row.rowId() + ": " + imagePlaces.length
                    + " places of images for " + row.imageSpans().size() + " images");
        }
        writeIndex(row);
        writeRow(row, imagePlaces, text);
        rows++;
        tokens += row.tokens();
    }

    private void writeIndex(RowTokens tokensOfRow) throws IOException {
        int row = indexFile.nextRow();
        Columns cells = indexFile.columns();
        cells.putText("row_id", row, tokensOfRow.rowId());
        cells.putInt("prefix_tokens", row, tokensOfRow.prefixTokens());
        cells.putInt("chosen_tokens", row, tokensOfRow.chosen().length());
        cells.putInt("rejected_tokens", row, tokensOfRow.rejected().length());
        cells.putInt("completion_targets", row, tokensOfRow.nllTokens(imageTokenId, PromptTargets.IGNORED));
        cells.putInt("all_targets", row, tokensOfRow.nllTokens(imageTokenId, PromptTargets.SCORED));
        cells.putInt("images", row, tokensOfRow.imageSpans().size());
        indexFile.endRow(Integer.MAX_VALUE);
    }

    private void writeRow(RowTokens tokensOfRow, int[] imagePlaces, RowText text) throws IOException {
        int row = rowFile.nextRow();
        Columns cells = rowFile.columns();
        cells.putText("row_id", row, tokensOfRow.rowId());
        cells.putInts("prompt_ids", row, tokensOfRow.promptIds());
        writeAnswer(cells, row, "chosen", tokensOfRow.chosen());
        writeAnswer(cells, row, "rejected", tokensOfRow.rejected());
        cells.putInts("images", row, imagePlaces);
        cells.putInts("image_tokens", row, ints(tokensOfRow.imageSpans(), ImageSpan::tokens));
        cells.putInts("image_placeholders", row, ints(tokensOfRow.imageSpans(), ImageSpan::placeholders));
        cells.putText("prompt", row, MessagesJson.write(text.prompt()));
        cells.putText("question", row, text.question());
        cells.putText("chosen", row, text.chosen());
        cells.putText("rejected", row, text.rejected());
        writeOrigin(cells, row, text);
        rowFile.endRow(Columns.ROWS_IN_BATCH);
    }

    private static <T> int[] ints(List<T> values, ToIntFunction<T> number) {
        return values.stream().mapToInt(number).toArray();
    }

    private static void writeOrigin(Columns cells, int row, RowText text) {
        RowText.Provenance provenance = text.provenance();
        cells.putText("ds_name", row, provenance.datasetName());
        cells.putText("origin_dataset", row, provenance.originDataset());
        cells.putText("origin_split", row, provenance.originSplit());
        cells.putText("image_path", row, provenance.imagePath());
        RowText.Lineage lineage = text.lineage();
        cells.putText("source_file", row, lineage.file());
        cells.putLong("source_row", row, lineage.row());
        cells.putText("transformations", row, lineage.transformations());
    }

    private static void writeAnswer(Columns cells, int row, String name, Answer answer) {
        cells.putInts(name + "_ids", row, answer.ids());
        cells.putFlags(name + "_scored", row, answer.scored());
    }

    /** Rows so far. */
    public int rows() {
        return rows;
    }

    /** Bytes in the files so far; rows of the last batch are not in them yet. */
    public long bytes() {
        return rowFile.bytesWritten() + imageFile.bytesWritten();
    }

    /** What the images of this shard take so far, in each of the two ways to store them. */
    public ImageBytes imageBytes() {
        return imageBytes.bytes();
    }

    /** Completes the shard; one without rows leaves no file. */
    public ShardEntry finish() throws IOException {
        if (rows == 0) {
            return new ShardEntry(name(), 0, 0, 0, List.of());
        }
        List<ShardEntry.StoredFile> files = List.of(indexFile.publish(), rowFile.publish(), imageFile.publish());
        return new ShardEntry(name(), rows, tokens, picturePlaces.size(), files);
    }

    @Override
    public void close() throws IOException {
        try (allocator;
                indexFile;
                rowFile;
                imageFile) {
            rows = 0;
        }
    }
}
