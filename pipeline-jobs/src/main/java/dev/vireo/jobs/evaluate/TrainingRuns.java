// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import dev.vireo.jobs.report.MetricsFile;
import dev.vireo.jobs.report.Report;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the training runs that made what is evaluated, by the {@code metrics.jsonl} above its directory. */
final class TrainingRuns {
    /** {@code RUN/adapter} lies one below the run, {@code RUN/checkpoints/step-N/adapter} three. */
    private static final int DEPTH = 3;

    private TrainingRuns() {}

    /** The curves of the models whose run is found. */
    static List<Report.Run> find(Storage storage, List<EvaluatedModel> models) throws IOException {
        List<Report.Run> runs = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            EvaluatedModel model = models.get(i);
            Optional<String> file = metrics(storage, storage.absolute(model.directory()));
            if (file.isPresent()) {
                runs.add(new Report.Run(model.name(), i, MetricsFile.read(storage, file.get())));
            }
        }
        return runs;
    }

    private static Optional<String> metrics(Storage storage, String directory) throws IOException {
        String place = directory.replaceAll("/+$", "");
        for (int up = 0; up < DEPTH && place.lastIndexOf('/') > 0; up++) {
            place = place.substring(0, place.lastIndexOf('/'));
            String file = Storage.child(place, MetricsFile.NAME);
            if (storage.exists(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }
}
