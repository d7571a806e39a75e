// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import com.google.gson.JsonObject;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.workers.ParquetOutput;
import java.io.IOException;
import java.util.Objects;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/** {@code pairs/}: the columns of openbmb/RLAIF-V-Dataset, and where each pair comes from. */
final class PairTable implements AutoCloseable {
    static final String NAME = "pairs";
    static final String SCHEMA = """
            message pairs {
              optional binary ds_name (STRING);
              optional group image {
                optional binary bytes;
                optional binary path (STRING);
              }
              optional binary question (STRING);
              optional binary chosen (STRING);
              optional binary rejected (STRING);
              optional binary origin_dataset (STRING);
              optional binary origin_split (STRING);
              optional binary idx (STRING);
              optional binary image_path (STRING);
              optional binary source_file (STRING);
              optional int64 source_row;
              required binary model_hash (STRING);
              required binary adapter_hash (STRING);
              required int64 seed;
              required int32 chosen_sample;
              required int32 rejected_sample;
              required double chosen_logp;
              required double rejected_logp;
              required double probability;
            }
            """;

    private final ParquetOutput table;
    private final Provenance provenance;

    PairTable(ParquetOutput table, Provenance provenance) {
        this.table = table;
        this.provenance = provenance;
    }

    /** @param image the encoded bytes; null where the row has no image */
    void write(RowText row, byte @Nullable [] image, Comparison.Choice choice) throws IOException {
        RowText.Provenance origin = row.provenance();
        Group pair = table.newRow();
        append(pair, "ds_name", Objects.requireNonNullElse(origin.datasetName(), "vireo"));
        if (image != null) {
            Group picture = pair.addGroup("image");
            picture.append("bytes", Binary.fromConstantByteArray(image));
            append(picture, "path", origin.imagePath());
        }
        append(pair, "question", row.question());
        append(pair, "chosen", choice.better().content());
        append(pair, "rejected", choice.worse().content());
        append(pair, "origin_dataset", origin.originDataset());
        append(pair, "origin_split", split(origin.originSplit()));
        append(pair, "idx", row.rowId());
        append(pair, "image_path", origin.imagePath());
        pair.append("source_file", row.lineage().file())
                .append("source_row", row.lineage().row())
                .append("model_hash", provenance.modelHash())
                .append("adapter_hash", provenance.adapterHash())
                .append("seed", provenance.seed())
                .append("chosen_sample", choice.better().sample())
                .append("rejected_sample", choice.worse().sample())
                .append("chosen_logp", choice.better().candidate().logp())
                .append("rejected_logp", choice.worse().candidate().logp())
                .append("probability", choice.probability());
        table.write(pair);
    }

    private static void append(Group group, String column, @Nullable String value) {
        if (value != null) {
            group.append(column, value);
        }
    }

    /** As in the published set a JSON text: who generated, who labelled, and what the row's source says. */
    private String split(@Nullable String source) {
        JsonObject split = new JsonObject();
        split.addProperty("generator", provenance.modelHash());
        split.addProperty("labeler", "self");
        if (source != null) {
            split.addProperty("source", source);
        }
        return split.toString();
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
