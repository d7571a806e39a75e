// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code metrics.jsonl}: one JSON object a logged step, {@code step} first. Several objects of one step are allowed
 * (training and evaluation). Confined to one thread.
 */
public final class MetricsFile implements AutoCloseable {
    /** The file's name in a run's directory. */
    public static final String NAME = "metrics.jsonl";

    private static final String STEP = "step";

    private final LogFile file;

    private MetricsFile(LogFile file) {
        this.file = file;
    }

    /**
     * Opens the file for a run that goes on behind a step: what an interrupted run wrote of later steps is dropped.
     *
     * @param lastStep the last step that counts; 0 starts anew
     */
    public static MetricsFile open(Storage storage, String path, long lastStep) throws IOException {
        StringBuilder kept = new StringBuilder();
        if (lastStep > 0 && storage.exists(path)) {
            for (JsonObject line : lines(storage, path)) {
                if (line.get(STEP).getAsLong() <= lastStep) {
                    kept.append(line).append('\n');
                }
            }
        }
        byte[] content = kept.toString().getBytes(StandardCharsets.UTF_8);
        return new MetricsFile(new LogFile(storage, path, content, System::nanoTime));
    }

    /**
     * Appends one object.
     *
     * @param values in the order in which they are written; what is not finite becomes null, whole numbers lose their fraction
     */
    public void append(long step, Map<String, ? extends Number> values) throws IOException {
        JsonObject line = new JsonObject();
        line.addProperty(STEP, step);
        values.forEach((name, value) -> line.addProperty(name, plain(value)));
        file.append((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Number plain(Number value) {
        double number = value.doubleValue();
        if (!Double.isFinite(number)) {
            return null;
        }
        boolean whole = number == Math.rint(number) && Math.abs(number) < 1L << 53;
        return whole ? (Number) (long) number : (Number) number;
    }

    /** Every series of numbers in the file by name; a last line that was cut off is left out. */
    public static Curves read(Storage storage, String path) throws IOException {
        Curves curves = new Curves();
        for (JsonObject line : lines(storage, path)) {
            double step = line.get(STEP).getAsDouble();
            line.entrySet().forEach(entry -> {
                JsonElement value = entry.getValue();
                if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()) {
                    curves.add(entry.getKey(), step, value.getAsDouble());
                }
            });
        }
        return curves;
    }

    private static List<JsonObject> lines(Storage storage, String path) throws IOException {
        String[] texts = storage.readText(path).split("\n");
        List<JsonObject> lines = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            if (texts[i].isBlank()) {
                continue;
            }
            try {
                JsonObject line = JsonParser.parseString(texts[i]).getAsJsonObject();
                line.get(STEP).getAsLong();
                lines.add(line);
            } catch (JsonParseException | IllegalStateException | NullPointerException e) {
                if (i < texts.length - 1) {
                    throw new IOException(
                            "Cannot read line " + (i + 1) + " of " + path + ": it is no object with a step", e);
                }
            }
        }
        return lines;
    }

    /** Makes everything readable that was appended, on storage that is not local too. */
    public void flush() throws IOException {
        file.flush();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
