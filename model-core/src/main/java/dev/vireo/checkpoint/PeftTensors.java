// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The names of a PEFT adapter's tensors, and the factors behind them. */
final class PeftTensors {
    private static final String PREFIX = "base_model.model.";
    private static final String ADAPTER_NAME = ".default";

    /** What a module may have. */
    private enum Role {
        A(".lora_A.weight"),
        B(".lora_B.weight"),
        MAGNITUDE(".lora_magnitude_vector");

        final String suffix;

        Role(String suffix) {
            this.suffix = suffix;
        }
    }

    private PeftTensors() {}

    /** The factors by module name as stored. */
    static Map<String, LoraPair> read(Path weights, PeftConfig config) {
        SafetensorsFile file = SafetensorsFile.open(weights);
        Map<String, Map<Role, HostTensor>> modules = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        for (TensorInfo info : file.tensors().values()) {
            String name = plain(info.name());
            Role role = Arrays.stream(Role.values())
                    .filter(each -> name.endsWith(each.suffix))
                    .findFirst()
                    .orElse(null);
            if (role == null || role == Role.MAGNITUDE && !config.variant().dora()) {
                problems.add(info.name() + ": neither lora_A nor lora_B of a linear module");
                continue;
            }
            long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
            String module = name.substring(0, name.length() - role.suffix.length());
            modules.computeIfAbsent(module, m -> new EnumMap<>(Role.class))
                    .put(role, HostTensor.of(info.type(), shape, file.bytes(info.name())));
        }
        Map<String, LoraPair> pairs = new LinkedHashMap<>();
        modules.forEach((module, tensors) -> {
            LoraPair pair = pair(module, tensors, config, problems);
            if (pair != null) {
                pairs.put(module, pair);
            }
        });
        if (!problems.isEmpty()) {
            throw new CheckpointMismatchException("Cannot read the adapter tensors of " + weights + ": "
                    + problems.size() + " are not those of plain LoRA of the rank that " + PeftAdapter.CONFIG + " says:"
                    + CheckpointMismatchException.list(problems));
        }
        return pairs;
    }

    /** A tensor's name without PEFT's prefix and without the name of the adapter. */
    private static String plain(String stored) {
        String name = stored.startsWith(PREFIX) ? stored.substring(PREFIX.length()) : stored;
        for (Role role : Role.values()) {
            String kind = role.suffix.replace(".weight", "");
            if (name.endsWith(kind + ADAPTER_NAME) || name.endsWith(kind + ADAPTER_NAME + ".weight")) {
                return name.substring(0, name.lastIndexOf(kind)) + role.suffix;
            }
        }
        return name;
    }

    private static @Nullable LoraPair pair(
            String module, Map<Role, HostTensor> tensors, PeftConfig config, List<String> problems) {
        HostTensor a = tensors.get(Role.A);
        HostTensor b = tensors.get(Role.B);
        HostTensor magnitude = tensors.get(Role.MAGNITUDE);
        if (a == null || b == null) {
            problems.add(module + ": it has no " + (a == null ? "lora_A" : "lora_B"));
            return null;
        }
        int rank = config.loraRank(module);
        if (a.shape().length != 2 || b.shape().length != 2 || a.shape()[0] != rank || b.shape()[1] != rank) {
            problems.add(module + ": lora_A is " + a + " and lora_B " + b + ", expected rank " + rank);
            return null;
        }
        long[] outputs = {b.shape()[0]};
        if (config.variant().dora() && (magnitude == null || !Arrays.equals(magnitude.shape(), outputs))) {
            problems.add(module + ": lora_magnitude_vector is " + (magnitude == null ? "missing" : magnitude)
                    + ", expected shape " + Arrays.toString(outputs) + " as use_dora is true");
            return null;
        }
        return new LoraPair(a, b, config.alpha(module), magnitude);
    }

    /** Writes factors in float32, module after module. */
    static void write(Path file, Map<String, LoraShape> shapes, Function<String, LoraPair> factors) {
        List<TensorInfo> infos = new ArrayList<>();
        shapes.forEach((module, shape) -> {
            long rank = shape.loraRank();
            infos.add(new TensorInfo(stored(module, Role.A), StoredType.F32, List.of(rank, shape.inFeatures())));
            infos.add(new TensorInfo(stored(module, Role.B), StoredType.F32, List.of(shape.outFeatures(), rank)));
        });
        AtomicFile.write(file, out -> {
            SafetensorsWriter writer = SafetensorsWriter.start(out, infos, SafetensorsWriter.PYTORCH);
            List<String> modules = shapes.keySet().stream()
                    .sorted(Comparator.comparing(module -> stored(module, Role.A)))
                    .toList();
            for (String module : modules) {
                LoraPair pair = factors.apply(module);
                writer.append(stored(module, Role.A), pair.a().bytes());
                writer.append(stored(module, Role.B), pair.b().bytes());
            }
            writer.finish();
        });
    }

    /** The tensors under the names that PEFT gives them. */
    static Map<String, HostTensor> named(Map<String, LoraPair> pairs) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        pairs.forEach((module, pair) -> {
            tensors.put(stored(module, Role.A), pair.a());
            tensors.put(stored(module, Role.B), pair.b());
            if (pair.magnitude() != null) {
                tensors.put(stored(module, Role.MAGNITUDE), pair.magnitude());
            }
        });
        return tensors;
    }

    private static String stored(String module, Role role) {
        return PREFIX + module + role.suffix;
    }
}
