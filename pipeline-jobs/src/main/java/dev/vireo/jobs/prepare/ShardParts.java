// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.batch.RowTokens;
import dev.vireo.image.ProcessedImage;
import dev.vireo.jobs.schema.InputRow;
import dev.vireo.jobs.schema.RejectedRowException;
import dev.vireo.jobs.shards.ImageBytes;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.Sha256;
import dev.vireo.jobs.shards.ShardEntry;
import dev.vireo.jobs.shards.ShardWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the rows of a task, to the next shard when one is full. An image is decoded once in each shard that needs it. */
final class ShardParts implements AutoCloseable {
    private final int mostRows;
    private final long mostBytes;
    private final List<ShardEntry> finished = new ArrayList<>();
    private ImageBytes imageBytes = ImageBytes.NONE;
    private ShardWriter writer;

    /**
     * @param first the shard to begin with
     * @param mostRows of a shard
     * @param mostBytes at which a shard is full
     */
    ShardParts(ShardWriter first, int mostRows, long mostBytes) {
        this.writer = first;
        this.mostRows = mostRows;
        this.mostBytes = mostBytes;
    }

    /**
     * Appends a row.
     *
     * @throws RejectedRowException if one of its images cannot be used
     */
    void write(RowTokens tokens, InputRow row, RowText text, RowMaker maker) throws IOException {
        if (writer.rows() >= mostRows || writer.bytes() >= mostBytes) {
            ShardWriter next = writer.next();
            try (ShardWriter full = writer) {
                finish(full);
            } finally {
                writer = next;
            }
        }
        writer.write(tokens, places(row.images(), maker), text);
    }

    private int[] places(List<byte[]> images, RowMaker maker) throws IOException {
        int count = images.size();
        List<String> hashes = images.stream().map(Sha256::of).toList();
        List<@Nullable ProcessedImage> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // all of them before one is stored: a row of which one cannot be used leaves none
            boolean there = writer.find(hashes.get(i), count).isPresent();
            made.add(there ? null : maker.tiles(images.get(i), count));
        }
        int[] places = new int[count];
        for (int i = 0; i < count; i++) {
            ProcessedImage image = made.get(i);
            places[i] = image == null
                    ? writer.find(hashes.get(i), count).getAsInt()
                    : writer.add(hashes.get(i), images.get(i), count, image);
        }
        return places;
    }

    private void finish(ShardWriter full) throws IOException {
        imageBytes = imageBytes.plus(full.imageBytes());
        finished.add(full.finish());
    }

    /** Completes the last shard, and gives all of them. */
    List<ShardEntry> finish() throws IOException {
        finish(writer);
        return finished;
    }

    /** What the images of all shards take, in each of the two ways to store them. */
    ImageBytes imageBytes() {
        return imageBytes;
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
