// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.adapters;

import dev.vireo.adapter.AdapterHost;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.jobs.runtime.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Which modules of a model an adapter matches, which of its own the model has not, and which it leaves alone. */
final class ModelFit {
    private ModelFit() {}

    /** A module's name with a star for the layer's number. */
    static String kind(String module) {
        return module.replaceAll("\\.\\d+\\.", ".*.");
    }

    static void tell(Console console, PeftAdapter stored, AdapterHost host) {
        Map<String, TensorInfo> linears = host.linears();
        PeftAdapter adapter = AdapterInputs.checked(() -> stored.canonical(host.names()));
        Map<String, List<String>> alone = new TreeMap<>();
        linears.keySet().stream()
                .filter(module -> !adapter.pairs().containsKey(module))
                .forEach(module -> alone.computeIfAbsent(kind(module), kind -> new ArrayList<>())
                        .add(module));
        List<List<String>> lines = new ArrayList<>();
        int matched = 0;
        for (Map.Entry<String, LoraPair> each : adapter.pairs().entrySet()) {
            String module = each.getKey();
            LoraPair pair = each.getValue();
            TensorInfo weight = linears.get(module);
            if (weight == null) {
                lines.add(List.of("not in the model", module, ""));
            } else if (!weight.shape().equals(List.of(pair.outFeatures(), pair.inFeatures()))) {
                lines.add(List.of("of another size", module, "the model's weight is " + weight.shape()));
            } else {
                matched++;
            }
        }
        alone.forEach((kind, modules) -> lines.add(List.of("left alone", kind, Integer.toString(modules.size()))));
        console.print(String.format(
                Locale.ROOT,
                "model: matches %,d of the adapter's %,d modules, of the model's %,d linear modules",
                matched,
                adapter.pairs().size(),
                linears.size()));
        if (!lines.isEmpty()) {
            console.table(List.of("which", "modules", "number"), lines);
        }
    }
}
