// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of a PEFT adapter's tensors, and the factors behind them. */
final class PeftTensors {
    static final String PREFIX = "base_model.model.";
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    private static final Pattern NAME =
            Pattern.compile("(?:base_model\\.model\\.)?(.+)\\.lora_([AB])(?:\\.default)?\\.weight");

    private PeftTensors() {}

    /** The factors by module name as stored. */
    static Map<String, LoraPair> read(Path weights, PeftConfig config) {
        SafetensorsFile file = SafetensorsFile.open(weights);
        Map<String, HostTensor> downs = new HashMap<>();
        Map<String, HostTensor> ups = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (TensorInfo info : file.tensors().values()) {
            Matcher name = NAME.matcher(info.name());
            if (!name.matches()) {
                problems.add(info.name() + ": neither lora_A nor lora_B of a linear module");
                continue;
            }
            long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
            Map<String, HostTensor> side = name.group(2).equals("A") ? downs : ups;
            side.put(name.group(1), HostTensor.of(info.type(), shape, file.bytes(info.name())));
        }
        Map<String, LoraPair> pairs = pair(downs, ups, config, problems);
        if (!problems.isEmpty()) {
            throw new CheckpointMismatchException("Cannot read the adapter tensors of " + weights + ": "
                    + problems.size() + " are not those of plain LoRA of the rank that " + PeftAdapter.CONFIG + " says:"
                    + CheckpointMismatchException.list(problems));
        }
        return pairs;
    }

    private static Map<String, LoraPair> pair(
            Map<String, HostTensor> downs, Map<String, HostTensor> ups, PeftConfig config, List<String> problems) {
        Map<String, LoraPair> pairs = new LinkedHashMap<>();
        TreeSet<String> modules = new TreeSet<>(downs.keySet());
        modules.addAll(ups.keySet());
        for (String module : modules) {
            HostTensor a = downs.get(module);
            HostTensor b = ups.get(module);
            if (a == null || b == null) {
                problems.add(module + ": it has no " + (a == null ? "lora_A" : "lora_B"));
                continue;
            }
            int rank = config.loraRank(module);
            if (a.shape().length != 2 || b.shape().length != 2 || a.shape()[0] != rank || b.shape()[1] != rank) {
                problems.add(module + ": lora_A is " + a + " and lora_B " + b + ", expected rank " + rank);
                continue;
            }
            pairs.put(module, new LoraPair(a, b, config.alpha(module)));
        }
        return pairs;
    }

    /** The tensors under the names that PEFT gives them. */
    static Map<String, HostTensor> named(Map<String, LoraPair> pairs) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        pairs.forEach((module, pair) -> {
            tensors.put(PREFIX + module + A, pair.a());
            tensors.put(PREFIX + module + B, pair.b());
        });
        return tensors;
    }
}
