// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.adapters;

import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.jobs.config.AdapterSettings;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.merging.AdapterAverage;
import dev.vireo.merging.Divergence;
import dev.vireo.merging.WeightedAdapters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code vireo adapter average}. Module by module: one module's factors are in memory. */
public final class AverageJob implements Job {
    @Override
    public void run(JobContext context) throws IOException {
        AdapterSettings settings = context.settings().adapter();
        List<String> directories = context.arguments().averaged();
        String model = context.arguments().modelIfGiven();
        List<Double> weights = weights(settings, directories.size());
        List<PeftAdapter> read = AdapterInputs.read(context, directories, model);
        WeightedAdapters adapters = AdapterInputs.checked(() -> WeightedAdapters.of(read, weights));
        try (AdapterAverage average = new AdapterAverage(adapters, settings.svdRank())) {
            AdapterInputs.checked(() -> average.requirePossible(settings.method()));
            Map<String, String> inputs = Map.of("adapters", directories.toString(), "model", String.valueOf(model));
            try (ResultFolder result = ResultFolder.open(context, inputs)) {
                List<Divergence> divergences = average.write(settings.method(), result.folder());
                result.finish();
                tell(context, divergences, weights);
            }
        }
    }

    private static List<Double> weights(AdapterSettings settings, int adapters) {
        if (settings.weights().isEmpty()) {
            return Collections.nCopies(adapters, 1.0 / adapters);
        }
        if (settings.weights().size() != adapters) {
            throw new InvalidSettingsException(List.of("Invalid adapter.weights: " + settings.weights()
                    + " (expected a weight for each of the " + adapters + " adapters)"));
        }
        return settings.weights();
    }

    private static void tell(JobContext context, List<Divergence> divergences, List<Double> weights) {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        if (Math.abs(sum - 1) > 1e-6) {
            context.console().note(String.format(Locale.ROOT, "The weights add up to %.4g, not to 1", sum));
        }
        List<List<String>> lines = new ArrayList<>();
        for (Divergence each : divergences) {
            boolean chosen = each.combination() == context.settings().adapter().method();
            lines.add(List.of(
                    each.combination().name().toLowerCase(Locale.ROOT) + (chosen ? " (written)" : ""),
                    Integer.toString(each.loraRank()),
                    number(each.relative()),
                    number(each.worst()),
                    each.worstModule()));
        }
        context.console().table(List.of("method", "rank", "from the mean", "in the worst module", "which is"), lines);
        context.console().print("adapter: " + context.arguments().output());
    }

    private static String number(double value) {
        return value != 0 && value < 1e-4
                ? String.format(Locale.ROOT, "%.1e", value)
                : String.format(Locale.ROOT, "%.4f", value);
    }
}
