// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.batch.Sample;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ProcessedImage;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows by number, in any order. It keeps what it read last: some files open, some batches of rows, and images up to 64
 * MiB. Confined to one thread.
 */
public final class ShardReader implements AutoCloseable {
    private static final int OPEN_FILES = 32;
    private static final int KEPT_BATCHES = 32;
    private static final long KEPT_IMAGE_BYTES = 64L << 20;

    private final Storage storage;
    private final List<ShardPlace> shards;
    private final @Nullable ImageProcessor processor;
    private final RootAllocator allocator = new RootAllocator();
    private final Recent<String, ArrowInput> files = new Recent<>(OPEN_FILES, file -> 1, ArrowInput::close);
    private final Recent<List<Integer>, List<StoredRow>> batches = new Recent<>(KEPT_BATCHES, batch -> 1, batch -> {});
    private final Recent<List<Integer>, ProcessedImage> pictures =
            new Recent<>(KEPT_IMAGE_BYTES, image -> image.tiles().length, image -> {});

    ShardReader(Storage storage, List<ShardPlace> shards, @Nullable ImageProcessor processor) {
        this.storage = storage;
        this.shards = shards;
        this.processor = processor;
    }

    /** A row as ids and tiles. */
    public Sample sample(int row) throws IOException {
        int shard = shard(row);
        StoredRow stored = stored(shard, row);
        List<ProcessedImage> tiles = new ArrayList<>();
        for (int place : stored.images()) {
            tiles.add(pictures.get(List.of(shard, place), () -> picture(shard, place, stored.images().length)));
        }
        return new Sample(
                stored.text().rowId(),
                stored.promptIds(),
                tiles,
                stored.imageSpans(),
                stored.chosen(),
                stored.rejected());
    }

    /** A row with the answers of another one. */
    public Sample mismatched(int row, int other) throws IOException {
        StoredRow answers = stored(shard(other), other);
        return sample(row).withAnswers(answers.chosen(), answers.rejected());
    }

    /** A row in words. */
    public RowText text(int row) throws IOException {
        return stored(shard(row), row).text();
    }

    /**
     * The bytes of a row's image as they were in the input.
     *
     * @param n which of the row's images, from 0
     */
    public byte[] sourceImage(int row, int n) throws IOException {
        int shard = shard(row);
        int place = stored(shard, row).images()[n];
        Columns cells = file(shards.get(shard).imageFile()).load(place);
        return Objects.requireNonNull(cells.bytes("source", 0), "source");
    }

    private ProcessedImage picture(int shard, int place, int rowImages) throws IOException {
        ShardPlace from = shards.get(shard);
        return new StoredPictures(from.images(), processor)
                .read(file(from.imageFile()).load(place), rowImages);
    }

    private StoredRow stored(int shard, int row) throws IOException {
        int inShard = row - shards.get(shard).firstRow();
        int batch = inShard / Columns.ROWS_IN_BATCH;
        return batches.get(List.of(shard, batch), () -> rows(shard, batch)).get(inShard % Columns.ROWS_IN_BATCH);
    }

    private List<StoredRow> rows(int shard, int batch) throws IOException {
        ArrowInput file = file(shards.get(shard).rowFile());
        Columns cells = file.load(batch);
        List<StoredRow> rows = new ArrayList<>();
        for (int row = 0; row < file.loadedRows(); row++) {
            rows.add(StoredRow.read(cells, row));
        }
        return rows;
    }

    private ArrowInput file(String name) throws IOException {
        return files.get(name, () -> new ArrowInput(storage, name, allocator));
    }

    private int shard(int row) {
        int low = 0;
        int high = shards.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (shards.get(middle).firstRow() <= row) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        if (shards.isEmpty()
                || row < 0
                || row >= shards.get(low).firstRow() + shards.get(low).entry().rows()) {
            throw new IndexOutOfBoundsException("Cannot read row " + row + ": no such row in the shards");
        }
        return low;
    }

    @Override
    public void close() throws IOException {
        try (allocator) {
            files.clear();
        }
    }
}
