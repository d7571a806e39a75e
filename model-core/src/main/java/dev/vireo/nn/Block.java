// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A script together with its parameters: the unit of forward and backward, of recomputation, and of gradient exchange.
 * The parameters live as long as the block's manager; results belong to the scope that is passed.
 */
public final class Block {
    /** Which weights compute. */
    public enum Weights {
        /** The base alone. */
        BASE,
        /** The base with the attached adapter. */
        ADAPTED,
        /** The base with the attached adapter and the dropout with which it is trained. */
        TRAINED
    }

    private final String name;
    private final Script script;
    private final List<Parameter> parameters;
    private final List<LinearModule> linears;
    private final GraphSize graph;
    private final boolean quantized;
    private final NDManager manager;
    private final NDArray absent;
    private final Map<LinearModule, AdapterDropout> dropouts = new LinkedHashMap<>();
    private NDList trained = new NDList();
    private NDList adapted = new NDList();
    private NDList base = new NDList();
    private boolean attached;

    Block(String name, Script script, BlockParameters made, long graphElementsPerRow) {
        this(name, script, made, GraphSize.of(graphElementsPerRow));
    }

    Block(String name, Script script, BlockParameters made, GraphSize graph) {
        this.name = name;
        this.script = script;
        this.manager = made.manager();
        this.absent = made.absent();
        this.parameters = new ArrayList<>(made.parameters());
        this.linears = List.copyOf(made.linears());
        this.graph = graph;
        this.quantized = made.isQuantized();
        refresh();
    }

    public String name() {
        return name;
    }

    public List<LinearModule> linears() {
        return linears;
    }

    /** The parameters that want a gradient, in the order in which {@link Tape} reports them. */
    public List<Parameter> trainable() {
        return parameters.stream().filter(Parameter::trainable).toList();
    }

    /** Whether what it computes can differ from what the checkpoint's weights compute. */
    public boolean isAdapted() {
        return attached || hasTrainable();
    }

    boolean hasTrainable() {
        return parameters.stream().anyMatch(Parameter::trainable);
    }

    /** Whether weights are made anew at every call, which a kept graph would hold on to. */
    boolean isQuantized() {
        return quantized;
    }

    /** Elements that a kept graph holds for an input of so many rows (tokens or positions): an estimate for the memory plan. */
    public long graphElements(long rows, long sequences) {
        return graph.elements(rows, sequences);
    }

    /**
     * Attaches a LoRA pair to a linear module of this block.
     *
     * @param a [R, in]
     * @param b [out, R]
     * @param scale alpha / R
     */
    public void attach(LinearModule module, Parameter a, Parameter b, double scale) {
        int slot = module.slot();
        parameters.set(slot + 2, a);
        parameters.set(slot + 3, b);
        NDArray scales = manager.create(new float[] {(float) scale});
        parameters.set(slot + 4, Parameter.frozen(module.name() + ".scale", scales));
        attached = true;
        refresh();
    }

    /**
     * Makes the attached pair of a module DoRA's.
     *
     * @param magnitude [out]
     */
    public void attachMagnitude(LinearModule module, Parameter magnitude) {
        parameters.set(module.slot() + LinearModule.MAGNITUDE, magnitude);
        refresh();
    }

    /**
     * Gives the adapter of a module dropout on its input; {@code Linear.py} gives the formula.
     *
     * @param seed what {@link #redrawDropout} draws from, with the module's name
     */
    public void dropOut(LinearModule module, double probability, long seed) {
        float scale = parameters.get(module.slot() + 4).value().getFloat(0);
        NDArray value = manager.zeros(new Shape(4));
        dropouts.put(
                module,
                new AdapterDropout(
                        value, scale, probability, seed ^ module.name().hashCode()));
        redrawDropout(0);
        refresh();
    }

    /** Draws which inputs are dropped from now on; the same draw drops the same ones. */
    public void redrawDropout(long draw) {
        dropouts.values().forEach(dropout -> dropout.redraw(draw));
    }

    /** Removes every adapter. */
    public void detach() {
        for (LinearModule module : linears) {
            for (int place = LinearModule.ADAPTER; place < LinearModule.ADAPTER_END; place++) {
                parameters.set(module.slot() + place, Parameter.frozen("", absent));
            }
        }
        attached = false;
        dropouts.values().forEach(dropout -> dropout.value().close());
        dropouts.clear();
        refresh();
    }

    private void refresh() {
        adapted = new NDList();
        base = new NDList();
        parameters.forEach(parameter -> adapted.add(parameter.value()));
        base.addAll(adapted);
        for (LinearModule module : linears) {
            for (int place = LinearModule.ADAPTER; place < LinearModule.ADAPTER_END; place++) {
                base.set(module.slot() + place, absent);
            }
        }
        trained = new NDList();
        trained.addAll(adapted);
        dropouts.forEach((module, dropout) -> trained.set(module.slot() + 4, dropout.value()));
    }

    /** Calls a method without gradients. */
    public NDList call(NDManager scope, Weights weights, String method, NDList inputs) {
        return script.call(scope, method, inputs, values(weights));
    }

    NDList callRecording(NDManager scope, String method, NDList inputs) {
        return script.callRecording(scope, method, inputs, trained);
    }

    /** The parameters in the order in which the script takes them, absent ones empty; they stay the block's. */
    public NDList values(Weights weights) {
        return switch (weights) {
            case BASE -> attached ? base : adapted;
            case ADAPTED -> adapted;
            case TRAINED -> trained;
        };
    }

    /** The mask that {@code Gradients.py} calls wants; on the host. */
    NDArray wants(NDManager scope, boolean inputGradient) {
        long[] wants = new long[1 + parameters.size()];
        wants[0] = inputGradient ? 1 : 0;
        for (int i = 0; i < parameters.size(); i++) {
            wants[1 + i] = parameters.get(i).trainable() ? 1 : 0;
        }
        return Tensors.host(scope, wants);
    }

    /** The parameter of that name, if this block has it. */
    public Optional<Parameter> parameter(String parameterName) {
        return parameters.stream().filter(p -> p.name().equals(parameterName)).findFirst();
    }

    /** Every parameter with a name: weights and attached adapters, without the places that are empty. */
    public List<Parameter> parameters() {
        return parameters.stream()
                .filter(p -> !p.name().isEmpty() && !p.name().endsWith(".scale"))
                .toList();
    }

    static NDArray absent(NDManager manager) {
        return manager.zeros(new Shape(0));
    }
}
