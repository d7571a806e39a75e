// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import dev.vireo.jobs.workers.ParquetOutput;
import java.io.IOException;
import org.apache.parquet.example.data.Group;

/** The columns of {@code candidates/} and {@code verdicts/}. */
final class Tables {
    static final String CANDIDATES = "candidates";
    static final String CANDIDATES_SCHEMA = """
            message candidates {
              required binary row_id (STRING);
              required int32 sample;
              required binary text (STRING);
              required group token_ids (LIST) {
                repeated group list {
                  required int32 element;
                }
              }
              required double logp;
              required binary finish_reason (STRING);
            }
            """;

    static final String VERDICTS = "verdicts";
    static final String VERDICTS_SCHEMA = """
            message verdicts {
              required binary row_id (STRING);
              required int32 first;
              required int32 second;
              required double probability_first;
              required double probability_first_swapped;
              optional int32 picked;
            }
            """;

    private Tables() {}

    static void writeCandidate(ParquetOutput table, String rowId, Answered answer) throws IOException {
        Group row = table.newRow();
        row.append("row_id", rowId).append("sample", answer.sample()).append("text", answer.text());
        Group ids = row.addGroup("token_ids");
        for (int id : answer.candidate().ids()) {
            ids.addGroup("list").append("element", id);
        }
        row.append("logp", answer.candidate().logp())
                .append("finish_reason", answer.candidate().finishReason());
        table.write(row);
    }

    static void writeVerdict(ParquetOutput table, String rowId, Verdict verdict) throws IOException {
        Group row = table.newRow();
        row.append("row_id", rowId)
                .append("first", verdict.first())
                .append("second", verdict.second())
                .append("probability_first", verdict.inOrder())
                .append("probability_first_swapped", verdict.swapped());
        if (verdict.picked().isPresent()) {
            row.append("picked", verdict.picked().getAsInt());
        }
        table.write(row);
    }
}
