// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

import static java.util.Objects.requireNonNull;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.vireo.adapter.AdapterHost.Place;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.LoraVariant;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.PeftConfig;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.ElementType;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter attached to a model: y = W x + b + s B A x with s = alpha / R. Source: Hu et al. 2021, arXiv 2106.09685,
 * equation 3; {@link LoraVariant} names the variants and {@code Linear.py} gives their formulas.
 *
 * <p>Owns the factors on the device; {@link #close} takes them off the model. A model carries one adapter at a time.
 * Factors of modules that nothing computes with (tower layers behind the selected one) are kept as they are, so that an
 * adapter goes back whole.
 */
public final class LoraAdapter implements AutoCloseable {
    /** What becomes of the factors. */
    public enum Use {
        /** Each has a float32 master, which the blocks compute with as well. */
        TRAINED,
        /** Only read, in the model's precision. */
        FIXED
    }

    private final AdapterHost host;
    private final NDManager manager;
    private final PeftAdapter start;
    private final Map<String, Factors> attached = new LinkedHashMap<>();

    private record Factors(
            Parameter a, Parameter b, @Nullable Parameter magnitude) {
        List<Parameter> all() {
            return magnitude == null ? List.of(a, b) : List.of(a, b, magnitude);
        }
    }

    private LoraAdapter(AdapterHost host, PeftAdapter start, Use use) {
        this.host = host;
        this.start = start;
        this.manager = NDManager.newBaseManager(host.tensors().device(), "PyTorch");
        Map<String, Place> places = host.places();
        start.pairs().forEach((module, pair) -> {
            Place place = places.get(module);
            if (place != null) {
                attach(place, pair, use);
            }
        });
    }

    private void attach(Place place, LoraPair pair, Use use) {
        String module = place.module().name();
        HostTensor stored = pair.magnitude();
        Parameter a = parameter(module + ".lora_A.weight", pair.a(), use);
        Parameter b = parameter(module + ".lora_B.weight", pair.b(), use);
        Parameter magnitude = stored == null ? null : parameter(module + ".lora_magnitude_vector", stored, use);
        attached.put(module, new Factors(a, b, magnitude));
        place.block().attach(place.module(), a, b, start.scale(module));
        if (magnitude != null) {
            place.block().attachMagnitude(place.module(), magnitude);
        }
    }

    /**
     * Attaches a new adapter, to be trained; it changes nothing yet. DoRA leaves out modules that nothing computes with:
     * what their magnitude would be is not loaded.
     *
     * @param seed of the starting values, which depend on nothing else but the modules' names
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if no module matches the targets
     */
    public static LoraAdapter create(AdapterHost host, LoraSettings settings, long seed) {
        Map<String, TensorInfo> linears = host.linears();
        Map<String, LoraPair> pairs = new TreeMap<>();
        for (String module : settings.modules(linears.keySet(), host.names())) {
            pairs.put(module, LoraStart.of(settings, module, requireNonNull(linears.get(module)), seed));
        }
        if (settings.variant().dora()) {
            LoraStart.addMagnitudes(host, pairs);
        }
        PeftConfig config = PeftConfig.uniform(null, settings.loraRank(), settings.alpha(), settings.dropout())
                .with(settings.variant());
        LoraAdapter adapter = new LoraAdapter(host, PeftAdapter.of(config, pairs, linears.keySet()), Use.TRAINED);
        if (settings.dropout() > 0) {
            adapter.dropOut(settings.dropout(), seed);
        }
        return adapter;
    }

    /** From now on the inputs of this adapter are dropped with that probability while it is trained. */
    public void dropOut(double probability, long seed) {
        Map<String, Place> places = host.places();
        attached.keySet().forEach(module -> {
            Place place = requireNonNull(places.get(module));
            place.block().dropOut(place.module(), probability, seed);
        });
    }

    /**
     * Attaches an adapter, whichever generation of names it was written with.
     *
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if it does not fit the model wholly; lists near names
     */
    public static LoraAdapter attach(AdapterHost host, PeftAdapter stored, Use use) {
        return new LoraAdapter(host, host.fitted(stored), use);
    }

    private Parameter parameter(String name, HostTensor stored, Use use) {
        String peftName = "base_model.model." + name;
        Tensors tensors = host.tensors();
        try (NDManager scope = manager.newSubManager()) {
            NDArray view = tensors.view(scope, stored.bytes(), elementType(name, stored.type()), stored.shape());
            if (use == Use.TRAINED || host.precision() == Precision.FP32) {
                NDArray master = tensors.copy(manager, tensors.float32(scope, view));
                return use == Use.TRAINED
                        ? Parameter.trainable(peftName, master, master)
                        : Parameter.frozen(peftName, master);
            }
            NDArray value = tensors.copy(manager, tensors.cast(scope, view, host.precision()));
            return Parameter.frozen(peftName, value);
        }
    }

    private static ElementType elementType(String name, StoredType type) {
        return type.floating()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Cannot attach " + name + ": it is stored as " + type + " (expected F32, BF16, F16 or F64)"));
    }

    /** The factors that compute, A, B and the magnitude, in the order of the modules' names. */
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        attached.values().forEach(factors -> parameters.addAll(factors.all()));
        return parameters;
    }

    /** Names of all adapted modules, those that nothing computes with too. */
    public List<String> modules() {
        return List.copyOf(start.pairs().keySet());
    }

    /** Number of elements of all factors. */
    public long size() {
        return start.pairs().values().stream().mapToLong(LoraPair::size).sum();
    }

    /**
     * The adapter as it is now, in host memory; float32 where it is trained.
     *
     * @param baseModel what {@code base_model_name_or_path} is to say
     */
    public PeftAdapter toPeft(@Nullable String baseModel) {
        Map<String, LoraPair> pairs = new TreeMap<>(start.pairs());
        attached.forEach(
                (module, factors) -> pairs.computeIfPresent(module, (name, pair) -> toHost(factors, pair.alpha())));
        return PeftAdapter.of(
                start.config().on(baseModel), pairs, host.linears().keySet());
    }

    private LoraPair toHost(Factors factors, double alpha) {
        Parameter magnitude = factors.magnitude();
        return new LoraPair(
                toHost(factors.a()), toHost(factors.b()), alpha, magnitude == null ? null : toHost(magnitude));
    }

    private HostTensor toHost(Parameter parameter) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray single = host.tensors().float32(scope, parameter.master());
            byte[] bytes = host.tensors().bytes(scope, single);
            return HostTensor.of(StoredType.F32, single.getShape().getShape(), ByteBuffer.wrap(bytes));
        }
    }

    /** Takes the adapter off the model and frees the factors. */
    @Override
    public void close() {
        host.blocks().forEach(dev.vireo.nn.Block::detach);
        manager.close();
    }
}
