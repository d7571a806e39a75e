// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.adapters;

import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.jobs.config.AdapterSettings;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.merging.AdapterMerge;
import dev.vireo.merging.AdapterMerge.Rounding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code vireo adapter merge}. Weight by weight: one is in memory. */
public final class MergeJob implements Job {
    @Override
    public void run(JobContext context) throws IOException {
        AdapterSettings settings = context.settings().adapter();
        String model = context.arguments().model();
        String directory = String.valueOf(context.arguments().adapter());
        PeftAdapter adapter =
                AdapterInputs.read(context, List.of(directory), model).get(0);
        Path local = LocalCopy.of(context.storage(), model);
        try (Checkpoint source = AdapterInputs.checked(() -> Checkpoint.open(local));
                AdapterMerge merge = new AdapterMerge(source, adapter, type(settings.saveAs()));
                ResultFolder result = ResultFolder.open(context, Map.of("model", model, "adapter", directory))) {
            Rounding rounding = merge.write(result.folder(), settings.shardBytes());
            result.finish();
            context.console()
                    .print(String.format(
                            Locale.ROOT,
                            "merged: %,d modules; the adapter changes their weights by %.4g, rounding takes back %.4g (%.2f %%)",
                            adapter.pairs().size(),
                            rounding.change(),
                            rounding.lost(),
                            100 * rounding.share()));
            context.console().print("model: " + context.arguments().output());
        }
    }

    private static @Nullable StoredType type(AdapterSettings.SaveAs setting) {
        return switch (setting) {
            case AS_IS -> null;
            case FP32 -> StoredType.F32;
            case BF16 -> StoredType.BF16;
        };
    }
}
