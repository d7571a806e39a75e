// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.shards.ImageBytes;
import dev.vireo.jobs.shards.Manifest;
import dev.vireo.jobs.shards.ShardEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What was prepared, in numbers. */
final class Summary {
    private final Manifest manifest;
    private final long rowsIn;
    private final TreeMap<String, Long> rejected;
    private final List<String> notes;
    private final long rowBytes;
    private final ImageBytes images;
    private final double rowsPerSecond;

    /**
     * @param notes what the rules of the selection found
     * @param doneBefore rows that an earlier run had read
     * @param seconds of this run
     */
    Summary(Manifest manifest, List<ShardResult> results, List<String> notes, long doneBefore, double seconds) {
        this.manifest = manifest;
        this.rowsIn = results.stream().mapToLong(ShardResult::rowsIn).sum();
        this.rejected = ShardResult.sum(results);
        this.notes = notes;
        this.rowBytes =
                manifest.shards().stream().mapToLong(ShardEntry::rowBytes).sum();
        this.images = results.stream().map(ShardResult::images).reduce(ImageBytes.NONE, ImageBytes::plus);
        this.rowsPerSecond = (rowsIn - doneBefore) / Math.max(seconds, 1e-3);
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("rows_in", rowsIn);
        json.addProperty("rows", manifest.rows());
        json.addProperty("tokens", manifest.tokens());
        json.addProperty("images", manifest.imageCount());
        JsonObject kinds = new JsonObject();
        rejected.forEach(kinds::addProperty);
        json.add("rejected", kinds);
        JsonArray found = new JsonArray();
        notes.forEach(found::add);
        json.add("selection", found);
        json.addProperty("row_bytes_tiles", rowBytes(images.source() + images.tiles()));
        json.addProperty("row_bytes_source", rowBytes(images.source()));
        return json;
    }

    /** Bytes of a row with its share of images that take so many. */
    private long rowBytes(long imageBytes) {
        return manifest.rows() == 0 ? 0 : (rowBytes + imageBytes) / manifest.rows();
    }

    void print(Console console, String output) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("rows in", String.valueOf(rowsIn)));
        lines.add(List.of("kept", String.valueOf(manifest.rows())));
        for (Map.Entry<String, Long> kind : rejected.entrySet()) {
            lines.add(List.of("rejected, " + kind.getKey(), String.valueOf(kind.getValue())));
        }
        lines.add(List.of("tokens", String.valueOf(manifest.tokens())));
        lines.add(List.of("images", String.valueOf(manifest.imageCount())));
        lines.add(List.of("bytes a row, images=tiles", String.valueOf(rowBytes(images.source() + images.tiles()))));
        lines.add(List.of("bytes a row, images=source", String.valueOf(rowBytes(images.source()))));
        lines.add(List.of("shards", String.valueOf(manifest.shards().size())));
        lines.add(List.of("rows/s", String.format(Locale.ROOT, "%.1f", rowsPerSecond)));
        console.table(List.of("prepare", ""), lines);
        notes.forEach(console::print);
        if (manifest.rows() == 0) {
            console.note("No row was kept: see the reasons in " + output + "/rejects");
        }
        console.print("shards:  " + output);
        console.print("rejects: " + output + "/rejects");
    }
}
