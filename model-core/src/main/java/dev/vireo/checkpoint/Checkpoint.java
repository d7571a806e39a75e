// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The weights of a model directory under their canonical names, memory-mapped, whichever generation of names and however
 * many files they are stored in.
 *
 * <p>A model first {@linkplain #claim claims} every weight it has with its shape, then calls {@link #requireAllClaimed},
 * which reports everything that does not fit at once, then reads {@link #bytes}.
 */
public final class Checkpoint implements AutoCloseable {
    private final Path directory;
    private final WeightNames weightNames;
    private final Map<String, Stored> weights;
    private final Map<String, List<Long>> claims = new TreeMap<>();

    /** Where a weight lies: its file and its name there. */
    private record Stored(SafetensorsFile file, String name) {
        TensorInfo info() {
            return requireNonNull(file.tensors().get(name));
        }
    }

    private Checkpoint(Path directory, WeightNames weightNames, Map<String, Stored> weights) {
        this.directory = directory;
        this.weightNames = weightNames;
        this.weights = weights;
    }

    /**
     * Opens the safetensors files of a model directory; its {@code config.json} says by which rules names are read.
     *
     * @throws CheckpointMismatchException if files are missing or broken, or a weight's name is not understood
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static Checkpoint open(Path modelDirectory) {
        return open(
                modelDirectory, WeightNames.of(ModelConfig.read(modelDirectory).modelType()));
    }

    /** Opens the safetensors files of a model directory whose names are read by {@code names}. */
    public static Checkpoint open(Path modelDirectory, WeightNames names) {
        Map<String, SafetensorsFile> files = WeightFiles.open(modelDirectory);
        Map<String, Stored> weights = new LinkedHashMap<>();
        names.storedByCanonical(files.keySet(), modelDirectory)
                .forEach((canonical, stored) ->
                        weights.put(canonical, new Stored(requireNonNull(files.get(stored)), stored)));
        return new Checkpoint(modelDirectory, names, weights);
    }

    /** The directory that was opened. */
    public Path directory() {
        return directory;
    }

    /** The canonical names of all weights. */
    public Set<String> names() {
        return new TreeSet<>(weights.keySet());
    }

    /** True if there is a weight of this canonical name. */
    public boolean contains(String name) {
        return weights.containsKey(name);
    }

    /** Type and shape of a weight, under its canonical name. */
    public TensorInfo info(String name) {
        return stored(name).info().named(name);
    }

    /** The name under which a weight is stored. */
    public String storedName(String name) {
        return stored(name).name();
    }

    /** The name under which transformers 5 saves a weight. */
    String savedName(String name) {
        return weightNames.saved(name).orElseGet(() -> storedName(name));
    }

    /**
     * The data of a weight, mapped without a copy (see {@link SafetensorsFile#bytes}). The mapping stays until this
     * checkpoint is closed, and as long as the buffer is reachable.
     *
     * @throws CheckpointMismatchException if there is no weight of this canonical name; lists near names
     */
    public ByteBuffer bytes(String name) {
        Stored stored = stored(name);
        return stored.file().bytes(stored.name());
    }

    /** The data of some rows of a weight, for one that exceeds 2 GiB; see {@link SafetensorsFile#rows}. */
    public ByteBuffer rows(String name, long first, long count) {
        Stored stored = stored(name);
        return stored.file().rows(stored.name(), first, count);
    }

    /** Fills {@code target} with a weight's data from byte {@code first} on, without mapping it. */
    void read(String name, long first, ByteBuffer target) {
        Stored stored = stored(name);
        stored.file().read(stored.name(), first, target);
    }

    /** What reads a weight's elements one after the other, without mapping them. */
    public FloatReader reader(String name) {
        Stored stored = stored(name);
        return new FloatReader(info(name), (first, target) -> stored.file().read(stored.name(), first, target));
    }

    /** A weight as a tensor over its mapped data. */
    public HostTensor tensor(String name) {
        TensorInfo info = info(name);
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        return HostTensor.of(info.type(), shape, bytes(name));
    }

    /**
     * Declares that the model has a weight of this canonical name and shape; nothing is checked before
     * {@link #requireAllClaimed}.
     */
    public void claim(String name, long... shape) {
        List<Long> claimed = Arrays.stream(shape).boxed().toList();
        List<Long> earlier = claims.putIfAbsent(name, claimed);
        if (earlier != null && !earlier.equals(claimed)) {
            throw new IllegalStateException(
                    "Cannot claim weight " + name + " with shape " + claimed + ": it was claimed with " + earlier);
        }
    }

    /**
     * Checks that the files hold exactly the claimed weights.
     *
     * @param ignorable regular expressions of canonical names that may be there unclaimed
     * @throws CheckpointMismatchException listing missing weights with near names, wrong shapes, and surplus weights
     */
    public void requireAllClaimed(String... ignorable) {
        List<String> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        Set<String> surplus = names();
        surplus.removeAll(claims.keySet());
        surplus.removeIf(name -> Arrays.stream(ignorable).anyMatch(pattern -> Pattern.matches(pattern, name)));
        claims.forEach((name, shape) -> {
            if (!contains(name)) {
                missing.add(name + " " + shape + NearNames.hint(name, surplus));
            } else if (!info(name).shape().equals(shape)) {
                misshapen.add(name + ": " + storedAs(name) + " has shape "
                        + info(name).shape() + ", expected " + shape);
            }
        });
        StringBuilder problems = new StringBuilder();
        report(problems, "missing", missing);
        report(problems, "of the wrong shape", misshapen);
        report(problems, "surplus", surplus.stream().map(this::storedAs).toList());
        if (!problems.isEmpty()) {
            throw new CheckpointMismatchException("Cannot load the model in " + directory
                    + ": its weights are not those of its config.json" + problems);
        }
    }

    /**
     * The matrices that no claim took, such as the linear modules of tower layers behind the one whose output is used: an
     * adapter may name them, though nothing computes with them.
     */
    public StoredModules modules() {
        Set<String> rest = names();
        rest.removeAll(claims.keySet());
        return new StoredModules(
                weightNames,
                rest.stream()
                        .filter(name -> name.endsWith(".weight"))
                        .map(this::info)
                        .filter(info -> info.shape().size() == 2)
                        .toList());
    }

    private static void report(StringBuilder problems, String kind, List<String> entries) {
        if (!entries.isEmpty()) {
            problems.append("\n")
                    .append(entries.size())
                    .append(' ')
                    .append(kind)
                    .append(':');
            problems.append(CheckpointMismatchException.list(entries));
        }
    }

    private String storedAs(String name) {
        Stored stored = stored(name);
        return stored.name() + " in " + stored.file().path().getFileName();
    }

    private Stored stored(String name) {
        Stored stored = weights.get(name);
        if (stored == null) {
            throw new CheckpointMismatchException("Cannot read weight " + name + ": " + directory
                    + " has none of that name" + NearNames.hint(name, weights.keySet()));
        }
        return stored;
    }

    /** Forgets the mappings; buffers handed out stay valid as long as they are reachable. */
    @Override
    public void close() {
        weights.values().forEach(stored -> stored.file().release());
    }
}
