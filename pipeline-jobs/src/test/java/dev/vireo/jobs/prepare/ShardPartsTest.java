// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.jobs.config.LengthSettings;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.schema.InputRow;
import dev.vireo.jobs.schema.ParquetRows;
import dev.vireo.jobs.schema.RejectedRowException;
import dev.vireo.jobs.shards.ImageStorage;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.ShardWriter;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tokenization.PairTokenizer.Bos;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardPartsTest {
    @TempDir
    Path folder;

    /** Far more pictures than a reader would keep lie between the two uses of each. */
    @Test
    void imageIsDecodedOnceInAShardHoweverFarItsRowsLieApart() throws Exception {
        Storage storage = Storage.of(new Configuration());
        PretrainedModel model = PretrainedModel.open(Path.of(PrepareRuns.model("llava15-tiny")));
        var processor = new CountingProcessor(model.images());
        var maker = new RowMaker(
                model.tokenizer(null, Bos.TEMPLATE),
                processor,
                new dev.vireo.image.ImageDecoder(dev.vireo.image.ImageDecoder.Orientation.APPLY, 1_000_000),
                new LengthLimits(new LengthSettings(0, 0, 0)));
        List<InputRow> rows = rows(storage, maker);
        processor.processed = 0;
        ShardWriter first = ShardWriter.create(storage, folder.toString(), 0, ImageStorage.TILES, model.imageTokenId());
        try (ShardParts parts = new ShardParts(first, 3 * rows.size(), Long.MAX_VALUE)) {
            for (int pass = 0; pass < 4; pass++) {
                for (int i = 0; i < rows.size(); i++) {
                    String id = pass + "-" + i;
                    RowText text = RowText.of(
                            id, rows.get(i).conversation(), rows.get(i).provenance());
                    parts.write(maker.tokens(id, rows.get(i)), rows.get(i), text, maker);
                }
            }
            assertThat(parts.finish()).extracting(entry -> entry.rows()).containsExactly(3 * rows.size(), rows.size());
        }
        long pictures = rows.stream()
                .flatMap(row -> row.images().stream())
                .map(java.nio.ByteBuffer::wrap)
                .distinct()
                .count();
        assertThat(pictures).isGreaterThan(3);
        // once in each of the two shards
        assertThat(processor.processed).isEqualTo(2 * (int) pictures);
    }

    private static List<InputRow> rows(Storage storage, RowMaker maker) throws Exception {
        List<InputRow> rows = new ArrayList<>();
        try (ParquetRows file =
                ParquetRows.open(storage, PrepareRuns.input("rlaif-v"), PrepareSettings.Schema.RLAIF_V, 0, 12)) {
            while (file.next()) {
                try {
                    InputRow row = file.row();
                    row.images()
                            .forEach(image -> maker.tiles(image, row.images().size()));
                    rows.add(row);
                } catch (RejectedRowException e) {
                    continue; // a row with a fault is of no use here
                }
            }
        }
        return rows;
    }

    private static final class CountingProcessor implements ImageProcessor {
        private final ImageProcessor real;
        private int processed;

        CountingProcessor(ImageProcessor real) {
            this.real = real;
        }

        @Override
        public ProcessedImage process(RgbImage image, int rowImages) {
            processed++;
            return real.process(image, rowImages);
        }

        @Override
        public int imageTokens(int height, int width, int rowImages) {
            return real.imageTokens(height, width, rowImages);
        }
    }
}
