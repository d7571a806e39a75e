// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.adapters;

import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.PeftConfig;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.merging.ModuleNorms;
import dev.vireo.model.ModelSurvey;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** {@code vireo adapter inspect}. Of a model only {@code config.json} is read. */
public final class InspectJob implements Job {
    @Override
    public void run(JobContext context) throws IOException {
        PeftAdapter adapter =
                AdapterInputs.read(context, String.valueOf(context.arguments().adapter()));
        summary(context, adapter);
        norms(context, adapter);
        String model = context.arguments().modelIfGiven();
        if (model != null) {
            Path local = LocalCopy.of(context.storage(), model);
            try (ModelSurvey survey = AdapterInputs.checked(() -> PretrainedModel.survey(local))) {
                ModelFit.tell(context.console(), adapter, survey.adapterHost());
            }
        }
    }

    private static void summary(JobContext context, PeftAdapter adapter) {
        PeftConfig config = adapter.config();
        long parameters =
                adapter.pairs().values().stream().mapToLong(pair -> pair.size()).sum();
        String variant = (config.variant().rankStabilised() ? ", rsLoRA" : "")
                + (config.variant().dora() ? ", DoRA" : "");
        context.console()
                .print(String.format(
                        Locale.ROOT,
                        "adapter: %,d modules, %,d parameters, r %d, alpha %s, dropout %s%s; base model %s",
                        adapter.pairs().size(),
                        parameters,
                        config.loraRank(),
                        plain(config.alpha()),
                        plain(config.dropout()),
                        variant,
                        config.baseModel() == null ? "not named" : config.baseModel()));
    }

    private static String plain(double value) {
        return value == Math.rint(value)
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, "%.4g", value).replaceFirst("0+$", "");
    }

    /** Modules of one kind, size, rank and scale in a line. */
    private static void norms(JobContext context, PeftAdapter adapter) {
        boolean each = context.settings().adapter().eachModule();
        Map<String, List<ModuleNorms>> kinds = ModuleNorms.of(adapter).stream()
                .collect(Collectors.groupingBy(
                        norms -> each ? norms.module() : kind(norms), TreeMap::new, Collectors.toList()));
        List<List<String>> lines = new ArrayList<>();
        for (List<ModuleNorms> kind : kinds.values()) {
            ModuleNorms first = kind.get(0);
            lines.add(List.of(
                    each ? first.module() : ModelFit.kind(first.module()),
                    Integer.toString(kind.size()),
                    first.pair().inFeatures() + " -> " + first.pair().outFeatures(),
                    Integer.toString(first.pair().loraRank()),
                    plain(first.scale()),
                    mean(kind, ModuleNorms::a),
                    mean(kind, ModuleNorms::b),
                    mean(kind, ModuleNorms::change)));
        }
        context.console()
                .table(List.of("modules", "number", "in -> out", "rank", "scale s", "|A|", "|B|", "|s B A|"), lines);
        context.console().print("norms are Frobenius norms, of several modules their mean");
    }

    private static String kind(ModuleNorms norms) {
        return ModelFit.kind(norms.module()) + " " + norms.pair().a()
                + norms.pair().b() + norms.scale();
    }

    private static String mean(List<ModuleNorms> modules, ToDoubleFunction<ModuleNorms> norm) {
        return String.format(
                Locale.ROOT,
                "%.4f",
                modules.stream().mapToDouble(norm).average().orElseThrow());
    }
}
