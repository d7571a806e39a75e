// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import dev.vireo.jobs.shards.ImageBytes;
import dev.vireo.jobs.shards.ShardEntry;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the rows of one task; also the content of its marker.
 *
 * @param task number of the task
 * @param shards that it wrote, in the order of the rows
 * @param images what they take
 * @param rowsIn rows read
 * @param rejected rows by the kind of their fault
 */
record ShardResult(int task, List<ShardEntry> shards, ImageBytes images, long rowsIn, TreeMap<String, Long> rejected)
        implements Serializable {
    private static final Gson GSON = new Gson();

    String toJson() {
        return GSON.toJson(this);
    }

    static ShardResult parse(String file, String json) throws IOException {
        try {
            return GSON.fromJson(json, ShardResult.class);
        } catch (JsonParseException e) {
            throw new IOException("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    static TreeMap<String, Long> sum(Iterable<ShardResult> results) {
        TreeMap<String, Long> sum = new TreeMap<>();
        for (ShardResult result : results) {
            for (Map.Entry<String, Long> kind : result.rejected.entrySet()) {
                sum.merge(kind.getKey(), kind.getValue(), Long::sum);
            }
        }
        return sum;
    }
}
