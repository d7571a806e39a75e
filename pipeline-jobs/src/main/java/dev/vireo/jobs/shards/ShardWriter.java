// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.image.ProcessedImage;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;

/**
 * Writes one shard. The files get their names in {@link #finish}; closing without it leaves nothing behind. The same rows
 * give the same bytes. Confined to one thread.
 */
public final class ShardWriter implements AutoCloseable {
    /** The folder of files that have no name yet, below the manifest's; a finished output has none. */
    public static final String UNFINISHED = "_progress";

    private final String name;
    private final ImageStorage images;
    private final int imageTokenId;
    private final Map<String, Integer> imagePlaces = new HashMap<>();
    private final RootAllocator allocator = new RootAllocator();
    private final ArrowOutput indexFile;
    private final ArrowOutput rowFile;
    private final ArrowOutput imageFile;
    private int rows;
    private long tokens;

    private ShardWriter(Storage storage, String directory, int number, ImageStorage images, int imageTokenId)
            throws IOException {
        this.name = String.format(Locale.ROOT, "%05d", number);
        this.images = images;
        this.imageTokenId = imageTokenId;
        this.indexFile = output(storage, directory, "index", Columns.INDEX);
        this.rowFile = output(storage, directory, "rows", Columns.ROWS);
        this.imageFile = output(storage, directory, "images", Columns.IMAGES);
    }

    private ArrowOutput output(
            Storage storage, String directory, String part, org.apache.arrow.vector.types.pojo.Schema schema)
            throws IOException {
        return new ArrowOutput(storage, directory, "shards/" + name + "-" + part + ".arrow", schema, allocator);
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
        return new ShardWriter(storage, directory, number, images, imageTokenId);
    }

    /**
     * Appends a row.
     *
     * @param sources the encoded bytes of each of the row's images
     * @param text the row in words
     */
    public void write(Sample sample, List<byte[]> sources, RowText text) throws IOException {
        if (sources.size() != sample.images().size()) {
            throw new IllegalArgumentException("Cannot write row " + sample.rowId() + ": " + sources.size()
                    + " encoded images for " + sample.images().size() + " images");
        }
        int[] places = new int[sources.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = place(sources.get(i), sample.images().get(i));
        }
        writeIndex(sample);
        writeRow(sample, places, text);
        rows++;
        tokens += sample.tokens();
    }

    private int place(byte[] source, ProcessedImage image) throws IOException {
        String hash = Sha256.of(source);
        String key =
                hash + " in " + image.tileCount(); // one of several pictures may be tiled otherwise than the same alone
        Integer known = imagePlaces.get(key);
        if (known != null) {
            return known;
        }
        int place = imagePlaces.size();
        imagePlaces.put(key, place);
        Columns cells = imageFile.columns();
        cells.putText("sha256", 0, hash);
        cells.putBytes("source", 0, source);
        if (images == ImageStorage.TILES) {
            cells.putBytes("tiles", 0, image.tiles());
        }
        cells.putInt("tile_count", 0, image.tileCount());
        cells.putInt("tile_height", 0, image.tileHeight());
        cells.putInt("tile_width", 0, image.tileWidth());
        cells.putInt("image_height", 0, image.imageHeight());
        cells.putInt("image_width", 0, image.imageWidth());
        imageFile.endRow(1);
        return place;
    }

    private void writeIndex(Sample sample) throws IOException {
        int row = indexFile.nextRow();
        Columns cells = indexFile.columns();
        cells.putText("row_id", row, sample.rowId());
        cells.putInt("prefix_tokens", row, sample.prefixTokens());
        cells.putInt("chosen_tokens", row, sample.chosen().length());
        cells.putInt("rejected_tokens", row, sample.rejected().length());
        cells.putInt("completion_targets", row, PackedBatch.nllTokens(sample, imageTokenId, PromptTargets.IGNORED));
        cells.putInt("all_targets", row, PackedBatch.nllTokens(sample, imageTokenId, PromptTargets.SCORED));
        cells.putInt("images", row, sample.images().size());
        indexFile.endRow(Integer.MAX_VALUE);
    }

    private void writeRow(Sample sample, int[] places, RowText text) throws IOException {
        int row = rowFile.nextRow();
        Columns cells = rowFile.columns();
        cells.putText("row_id", row, sample.rowId());
        cells.putInts("prompt_ids", row, sample.promptIds());
        writeAnswer(cells, row, "chosen", sample.chosen());
        writeAnswer(cells, row, "rejected", sample.rejected());
        cells.putInts("images", row, places);
        cells.putInts("image_tokens", row, sample.imageTokens());
        cells.putText("prompt", row, MessagesJson.write(text.prompt()));
        cells.putText("question", row, text.question());
        cells.putText("chosen", row, text.chosen());
        cells.putText("rejected", row, text.rejected());
        RowText.Provenance provenance = text.provenance();
        cells.putText("ds_name", row, provenance.datasetName());
        cells.putText("origin_dataset", row, provenance.originDataset());
        cells.putText("origin_split", row, provenance.originSplit());
        cells.putText("image_path", row, provenance.imagePath());
        rowFile.endRow(Columns.ROWS_IN_BATCH);
    }

    private static void writeAnswer(Columns cells, int row, String name, Answer answer) {
        cells.putInts(name + "_ids", row, answer.ids());
        cells.putFlags(name + "_scored", row, answer.scored());
    }

    /** Completes the shard; one without rows leaves no file. */
    public ShardEntry finish() throws IOException {
        if (rows == 0) {
            return new ShardEntry(name, 0, 0, 0, List.of());
        }
        List<ShardEntry.StoredFile> files = List.of(indexFile.publish(), rowFile.publish(), imageFile.publish());
        return new ShardEntry(name, rows, tokens, imagePlaces.size(), files);
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
