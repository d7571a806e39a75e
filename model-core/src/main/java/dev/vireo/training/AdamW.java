// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import dev.vireo.training.AdamWSettings.Moments;
import dev.vireo.training.FlatParameters.Masters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * AdamW on a range of flat parameters; {@code AdamW.py} gives the formula. As in transformers' Trainer, norms and biases are
 * not decayed. Owns the moments, of its range alone; ranges that together are the whole take the same step bit for bit.
 */
final class AdamW implements AutoCloseable {
    private static final Pattern NOT_DECAYED =
            Pattern.compile("(.*\\.)?bias|.*(layer_?norm\\d?|layrnorm|rmsnorm|(^|[._])norm)(\\..*)?");
    private static final Pattern FASTER = Pattern.compile(".*\\.lora_(B\\.weight|magnitude_vector)");
    /**
     * Elements of coded moments or compensated weights that are updated at once. On a CPU as many as its cache holds, on one thread:
     * threads that meet at every operation cost more than they save. Of a whole model so many that threads pay.
     */
    private static final long CPU_CHUNK = 1 << 15;

    private static final long LARGE_CPU_CHUNK = 1 << 21;
    private static final long LARGE = 1L << 28;
    private static final long GPU_CHUNK = 1 << 26;

    /** Elements next to each other with the same rates. */
    private record Run(long from, long to, double ratio, double decay) {}

    /** A part of the state as it is stored, in a parameter's shape where it has one value for each element. */
    record Stored(NDArray value, StoredType type) {}

    private final FlatParameters flat;
    private final AdamWSettings settings;
    private final Tensors tensors;
    private final NDManager manager;
    private final Script script;
    private final long from;
    private final long to;
    private final List<Run> runs = new ArrayList<>();
    private final NDArray compensation;
    private final NDList first;
    private final NDList second;
    private final NDList state = new NDList();
    private long steps;

    AdamW(FlatParameters flat, AdamWSettings settings, Tensors tensors) {
        this(flat, 0, flat.elements(), settings, tensors);
    }

    /**
     * @param from first element of the range, a multiple of {@link FlatParameters#ALIGNMENT}, as is
     * @param to the one behind its last
     */
    AdamW(FlatParameters flat, long from, long to, AdamWSettings settings, Tensors tensors) {
        if (from % FlatParameters.ALIGNMENT != 0 || to % FlatParameters.ALIGNMENT != 0 || from > to) {
            throw new IllegalArgumentException("Cannot update elements " + from + " to " + to
                    + ": expected multiples of " + FlatParameters.ALIGNMENT);
        }
        this.flat = flat;
        this.from = from;
        this.to = to;
        this.settings = settings;
        this.tensors = tensors;
        this.manager = NDManager.newBaseManager(tensors.device(), "PyTorch");
        this.script = Script.load(tensors.device(), AdamW.class, Map.of(), "AdamW.py");
        this.compensation = flat.type() == Masters.SINGLE ? empty() : zeros(flat.elements(), Precision.BF16);
        this.first = zeroMoment(true);
        this.second = zeroMoment(false);
        for (int i = 0; i < flat.parameters().size(); i++) {
            add(flat.parameters().get(i).name(), Math.max(from, flat.offset(i)), Math.min(to, flat.offset(i + 1)));
        }
        collectState();
    }

    private void add(String name, long start, long end) {
        if (start >= end) {
            return;
        }
        double ratio = FASTER.matcher(name).matches() ? settings.plusRatio() : 1;
        double decay = isDecayed(name) ? settings.weightDecay() : 0;
        Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        if (last != null && last.to == start && last.ratio == ratio && last.decay == decay) {
            runs.set(runs.size() - 1, new Run(last.from, end, ratio, decay));
        } else {
            runs.add(new Run(start, end, ratio, decay));
        }
    }

    private NDArray empty() {
        return manager.zeros(new Shape(0));
    }

    private NDArray zeros(long elements, Precision precision) {
        try (NDArray zeros = manager.zeros(new Shape(elements))) {
            return tensors.copy(manager, tensors.cast(manager, zeros, precision));
        }
    }

    /** A moment of zeros: its values or codes, and the largest magnitudes of its blocks. */
    private NDList zeroMoment(boolean signed) {
        long elements = to - from;
        return settings.moments() == Moments.SINGLE
                ? new NDList(manager.zeros(new Shape(elements)), empty())
                : new NDList(
                        manager.full(new Shape(elements), DynamicMap.zero(signed), DataType.UINT8),
                        manager.zeros(new Shape(elements / FlatParameters.ALIGNMENT)));
    }

    private void collectState() {
        state.addAll(new NDList(first.get(0), second.get(0), first.get(1), second.get(1)));
        if (settings.moments() == Moments.SINGLE) {
            NDArray none = empty();
            state.addAll(new NDList(none, none, none, none, none, none));
            return;
        }
        float[] signed = DynamicMap.values(true);
        float[] unsigned = DynamicMap.values(false);
        for (float[] table : List.of(signed, unsigned, DynamicMap.middles(signed), DynamicMap.middles(unsigned))) {
            state.add(manager.create(table));
        }
        for (float[] values : List.of(signed, unsigned)) {
            byte[] lowest = DynamicMap.lowestCodes(DynamicMap.middles(values));
            state.add(manager.create(ByteBuffer.wrap(lowest), new Shape(lowest.length), DataType.UINT8));
        }
    }

    /**
     * Takes one step.
     *
     * @param gradient float32 [elements], laid out as the parameters; only this range of it is read
     */
    void step(NDArray gradient, double learningRate) {
        steps++;
        if (runs.isEmpty()) {
            return;
        }
        long[] places = new long[2 * runs.size()];
        double[] rates = new double[2 * runs.size()];
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            places[2 * i] = run.from;
            places[2 * i + 1] = run.to;
            rates[2 * i] = learningRate * run.ratio;
            rates[2 * i + 1] = run.decay;
        }
        double[] numbers = {settings.beta1(), settings.beta2(), settings.epsilon(), steps};
        long[] layout = {from, chunk()};
        NDList parameters = new NDList(flat.masters(), compensation, gradient);
        parameters.addAll(state);
        try (NDManager scope = manager.newSubManager()) {
            NDList inputs = new NDList(
                    Tensors.host(scope, numbers),
                    Tensors.host(scope, places),
                    Tensors.host(scope, rates),
                    Tensors.host(scope, layout));
            if (inSmallPieces()) {
                Script.onOneThread(() -> script.call(scope, "update", inputs, parameters));
            } else {
                script.call(scope, "update", inputs, parameters);
            }
        }
    }

    /** Whether more is done than libtorch's own single pass, and not for so many elements that threads pay. */
    private boolean inSmallPieces() {
        boolean plain = flat.type() == Masters.SINGLE && settings.moments() == Moments.SINGLE;
        return !plain && chunk() == CPU_CHUNK;
    }

    /** The same whatever the range, so that the same elements are computed together. */
    private long chunk() {
        if (tensors.device().isGpu()) {
            return GPU_CHUNK;
        }
        return flat.elements() < LARGE ? CPU_CHUNK : LARGE_CPU_CHUNK;
    }

    static boolean isDecayed(String name) {
        return !NOT_DECAYED.matcher(name).matches();
    }

    /**
     * Masters and optimizer state by parameter, for storing and restoring: views, owned by {@code scope}. Of an optimizer
     * of the whole range only.
     */
    Map<String, Stored> state(NDManager scope) {
        Map<String, Stored> stored = new LinkedHashMap<>();
        for (int i = 0; i < flat.parameters().size(); i++) {
            Parameter parameter = flat.parameters().get(i);
            boolean single = flat.type() == Masters.SINGLE;
            stored.put(
                    "master." + parameter.name(),
                    new Stored(parameter.master(), single ? StoredType.F32 : StoredType.BF16));
            if (!single) {
                NDArray part = flat.part(scope, compensation, i);
                stored.put("compensation." + parameter.name(), new Stored(part, StoredType.BF16));
            }
            moment(stored, "m.", first, i, scope);
            moment(stored, "v.", second, i, scope);
        }
        return stored;
    }

    private void moment(Map<String, Stored> into, String prefix, NDList moment, int i, NDManager scope) {
        String name = flat.parameters().get(i).name();
        NDArray part = flat.part(scope, moment.get(0), i);
        if (settings.moments() == Moments.SINGLE) {
            into.put(prefix + name, new Stored(part, StoredType.F32));
            return;
        }
        long block = flat.offset(i) / FlatParameters.ALIGNMENT;
        long blocks = flat.offset(i + 1) / FlatParameters.ALIGNMENT - block;
        into.put(prefix + name + ".codes", new Stored(part, StoredType.U8));
        into.put(
                prefix + name + ".largest",
                new Stored(tensors.part(scope, moment.get(1), block, blocks), StoredType.F32));
    }

    /** First element of the range. */
    long from() {
        return from;
    }

    /** The element behind the last of the range. */
    long to() {
        return to;
    }

    /** The first or second moments of the range, float32 [to - from], where they are held so. */
    NDArray moment(boolean isSecond) {
        return (isSecond ? second : first).get(0);
    }

    /** Steps taken, {@code t} of the formula. */
    long steps() {
        return steps;
    }

    /** Continues from stored state, which the caller has written into what {@link #state} gives. */
    void resumeAt(long completedSteps) {
        steps = completedSteps;
    }

    @Override
    public void close() {
        script.close();
        manager.close();
    }
}
