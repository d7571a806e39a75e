// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.GsonBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter as PEFT keeps it: {@code adapter_config.json} and {@code adapter_model.safetensors}, whose tensors are
 * called {@code base_model.model.MODULE.lora_A.weight} and {@code lora_B}. Plain LoRA on linear modules, nothing else.
 *
 * <p>{@link #read} leaves module names as the files have them, whichever generation of transformers wrote them;
 * {@link #canonical} renames them.
 */
public final class PeftAdapter {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PICKLE = "adapter_model.bin";

    private final PeftConfig config;
    private final SortedMap<String, LoraPair> pairs;
    private final @Nullable TargetModules targets;
    private final String origin;

    private PeftAdapter(
            PeftConfig config, Map<String, LoraPair> pairs, @Nullable TargetModules targets, String origin) {
        this.config = config;
        this.pairs = Collections.unmodifiableSortedMap(new TreeMap<>(pairs));
        this.targets = targets;
        this.origin = origin;
        if (pairs.isEmpty()) {
            throw new CheckpointMismatchException("Cannot use the adapter of " + origin + ": it adapts no module");
        }
    }

    /** An adapter made of {@code pairs} by canonical module name; its {@code target_modules} lists these names. */
    public static PeftAdapter of(PeftConfig config, Map<String, LoraPair> pairs) {
        return new PeftAdapter(
                config.describing(pairs), pairs, TargetModules.exactly(pairs.keySet()), "the adapter in memory");
    }

    /**
     * As {@link #of(PeftConfig, Map)}, with the shortest {@code target_modules} that tells the adapted modules from the
     * others.
     *
     * @param linearModules canonical names of all linear modules of the model
     */
    public static PeftAdapter of(PeftConfig config, Map<String, LoraPair> pairs, Collection<String> linearModules) {
        return new PeftAdapter(
                config.describing(pairs),
                pairs,
                TargetModules.describing(pairs.keySet(), linearModules),
                "the adapter in memory");
    }

    /**
     * Reads an adapter directory; the factors are mapped, not copied.
     *
     * @throws CheckpointMismatchException if it is not plain LoRA (naming the option), or its tensors are not those that
     *     its configuration says
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static PeftAdapter read(Path directory) {
        Path weights = directory.resolve(WEIGHTS);
        if (!Files.isRegularFile(weights) && Files.isRegularFile(directory.resolve(PICKLE))) {
            throw new CheckpointMismatchException(
                    "Cannot read the adapter of " + directory + ": its weights are a Python"
                            + " pickle (" + PICKLE
                            + "), which can run code and is never read; only safetensors are. Convert with"
                            + " PEFT: load the adapter and call save_pretrained, which writes " + WEIGHTS);
        }
        if (!Files.isRegularFile(directory.resolve(CONFIG)) || !Files.isRegularFile(weights)) {
            throw new CheckpointMismatchException("Cannot read the adapter of " + directory + ": it has no "
                    + (Files.isRegularFile(weights) ? CONFIG : WEIGHTS)
                    + " (expected a PEFT directory)");
        }
        PeftConfigReader reader = new PeftConfigReader(directory.resolve(CONFIG));
        PeftConfig config = reader.read();
        Map<String, LoraPair> pairs = PeftTensors.read(weights, config);
        return new PeftAdapter(config, pairs, reader.targets(), directory.toString());
    }

    /** Writes the adapter as PEFT does; each file appears when it is complete, the configuration last. */
    public void write(Path directory) {
        SafetensorsWriter.write(directory.resolve(WEIGHTS), PeftTensors.named(pairs), SafetensorsWriter.PYTORCH);
        writeConfig(directory, config);
    }

    /**
     * Writes another adapter of this one's modules, base and targets, in float32: plain LoRA whose factors are made when it is
     * their turn, so that one module's are in memory.
     *
     * @param shapes of all modules
     * @param factors asked for once a module, in the order of the modules' names
     * @throws IllegalArgumentException if the shapes are not those of this adapter's modules
     */
    public void writeLike(Path directory, Map<String, LoraShape> shapes, Function<String, LoraPair> factors) {
        if (!shapes.keySet().equals(pairs.keySet())) {
            throw new IllegalArgumentException("Cannot write an adapter of " + shapes.size() + " modules like that of "
                    + origin + ", which has " + pairs.size());
        }
        PeftTensors.write(directory.resolve(WEIGHTS), shapes, factors);
        LoraShape usual = LoraShape.mostFrequent(shapes.values());
        writeConfig(
                directory,
                PeftConfig.uniform(config.baseModel(), usual.loraRank(), usual.alpha(), config.dropout())
                        .describingShapes(shapes));
    }

    private void writeConfig(Path directory, PeftConfig written) {
        TargetModules modules = targets == null ? TargetModules.exactly(pairs.keySet()) : targets;
        AtomicFile.writeText(
                directory.resolve(CONFIG),
                new GsonBuilder()
                                .serializeNulls()
                                .setPrettyPrinting()
                                .disableHtmlEscaping()
                                .create()
                                .toJson(written.toJson(modules))
                        + "\n");
    }

    /**
     * The same adapter with the names that transformers 5 gives its modules. A name that no generation had stays, for
     * the model to refuse.
     *
     * @throws CheckpointMismatchException if two modules get the same name
     */
    public PeftAdapter canonical(WeightNames names) {
        Map<String, LoraPair> renamed = new TreeMap<>();
        pairs.forEach((module, pair) -> {
            String name = names.canonicalModule(module).orElse(module);
            if (renamed.put(name, pair) != null) {
                throw new CheckpointMismatchException(
                        "Cannot use the adapter of " + origin + ": it has two pairs of factors for " + name);
            }
        });
        return new PeftAdapter(config.describing(renamed), renamed, targets, origin);
    }

    /**
     * Checks that a model has every adapted module, of the right shape, and that the adapter has factors for every module
     * that it says it adapts.
     *
     * @param linears what the model has, by canonical name: its linear modules' weights
     * @throws CheckpointMismatchException listing what does not fit, with near names
     */
    public void requireFits(Map<String, TensorInfo> linears, WeightNames names) {
        List<String> problems = new ArrayList<>();
        pairs.forEach((module, pair) -> {
            TensorInfo weight = linears.get(module);
            List<Long> adapted = List.of(pair.outFeatures(), pair.inFeatures());
            if (weight == null) {
                problems.add(
                        module + ": the model has no such linear module" + NearNames.hint(module, linears.keySet()));
            } else if (!weight.shape().equals(adapted)) {
                problems.add(module + ": the adapter is made for a weight of " + adapted + ", the model's has "
                        + weight.shape());
            }
        });
        forgotten(linears.keySet(), names)
                .forEach(module ->
                        problems.add(module + ": target_modules takes it in, but there are no factors for it"));
        if (!problems.isEmpty()) {
            throw new CheckpointMismatchException("Cannot attach the adapter of " + origin + ": " + problems.size()
                    + " of its modules do not fit the model:" + CheckpointMismatchException.list(problems));
        }
    }

    /** Modules that the configuration takes in without factors, in the parts of the model that are adapted at all. */
    private List<String> forgotten(Collection<String> linears, WeightNames names) {
        if (targets == null) {
            return List.of();
        }
        TargetModules described = targets;
        List<String> parts =
                pairs.keySet().stream().map(TargetModules::part).distinct().toList();
        return ModuleMatcher.adaptable(linears)
                .filter(module -> !pairs.containsKey(module) && parts.contains(TargetModules.part(module)))
                .filter(module -> names.spellings(module).stream().anyMatch(described::matches))
                .toList();
    }

    public PeftConfig config() {
        return config;
    }

    /** The factors by module name, in the order of the names. */
    public SortedMap<String, LoraPair> pairs() {
        return pairs;
    }

    /** What a module's B A is multiplied by. */
    public double scale(String module) {
        LoraPair pair = pairs.get(module);
        if (pair == null) {
            throw new IllegalArgumentException("Cannot scale " + module + ": the adapter of " + origin
                    + " does not adapt it" + NearNames.hint(module, pairs.keySet()));
        }
        return config.scale(pair);
    }

    /** Where it was read from, for messages. */
    public String origin() {
        return origin;
    }
}
