// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import com.google.gson.JsonObject;
import dev.vireo.jobs.config.WorldSettings;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.Progress;
import dev.vireo.jobs.storage.OutputDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.parquet.example.data.Group;

/** Writes the built-in world as Parquet, as it would be published. */
public final class WorldJob implements Job {
    private static final int PICTURES_PER_FILE = 2048;

    @Override
    public void run(JobContext context) throws IOException {
        WorldSettings settings = context.settings().world();
        OutputDirectory output = OutputDirectory.open(
                context.storage(),
                context.arguments().output(),
                context.name(),
                settings.toString(),
                context.arguments().overwrite());
        long rows = 0;
        try (Progress progress = context.console().progress("world", "pictures", settings.pictures())) {
            for (int from = 0; from < settings.pictures(); from += PICTURES_PER_FILE) {
                int to = Math.min(settings.pictures(), from + PICTURES_PER_FILE);
                List<Group> part = rows(settings, from, to);
                String name = String.format(Locale.ROOT, "part-%05d.parquet", from / PICTURES_PER_FILE);
                context.storage().publish(output.child(name), ParquetPart.encode(columns(settings), part));
                rows += part.size();
                progress.update(to, "");
            }
        }
        JsonObject summary = new JsonObject();
        summary.addProperty("pictures", settings.pictures());
        summary.addProperty("rows", rows);
        output.finish(summary);
        context.console().print(rows + " rows about " + settings.pictures() + " pictures: " + output.path());
    }

    private static Columns columns(WorldSettings settings) {
        return switch (settings.schema()) {
            case RLAIF_V -> Columns.RLAIF_V;
            case ONEVISION -> Columns.ONEVISION;
        };
    }

    private static List<Group> rows(WorldSettings settings, int from, int to) {
        List<Group> rows = new ArrayList<>();
        Pairs pairs = new Pairs(settings.split(), settings.seed());
        Conversations conversations = new Conversations(settings);
        for (int number = from; number < to; number++) {
            switch (settings.schema()) {
                case RLAIF_V -> pairs.rows(number).forEach(pair -> rows.add(Columns.row(pair)));
                case ONEVISION -> rows.add(Columns.row(conversations.row(number)));
            }
        }
        return rows;
    }
}
