// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects a block's parameters in the order of its script's header. */
public final class BlockParameters {
    private final NDManager manager;
    private final WeightSource source;
    private final NDArray absent;
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<LinearModule> linears = new ArrayList<>();
    private boolean quantized;

    /** @param manager owns what the block makes for itself; the source owns the weights */
    public BlockParameters(NDManager manager, WeightSource source) {
        this.manager = manager;
        this.source = source;
        this.absent = Block.absent(manager);
    }

    /** A weight that is no linear module: a norm, a table, a token. */
    public BlockParameters weight(String name, long... shape) {
        parameters.add(source.take(name, shape));
        return this;
    }

    /** A constant that is not part of the checkpoint. */
    public BlockParameters constant(NDArray value) {
        parameters.add(Parameter.frozen("", value));
        return this;
    }

    /** An empty place, for what this model does not have. */
    public BlockParameters none() {
        parameters.add(Parameter.frozen("", absent));
        return this;
    }

    /** The empty places of a linear module that this model does not have. */
    public BlockParameters noLinear() {
        for (int place = 0; place < LinearModule.PLACES; place++) {
            none();
        }
        return this;
    }

    /** A linear module without a bias. */
    public BlockParameters linear(String module, int inFeatures, int outFeatures) {
        return linear(module, inFeatures, outFeatures, Parameter.frozen("", absent));
    }

    /** A linear module with a bias. */
    public BlockParameters biasedLinear(String module, int inFeatures, int outFeatures) {
        return linear(module, inFeatures, outFeatures, source.take(module + ".bias", outFeatures));
    }

    /** A linear module with a bias or without one. */
    public BlockParameters linear(String module, int inFeatures, int outFeatures, boolean biased) {
        return biased ? biasedLinear(module, inFeatures, outFeatures) : linear(module, inFeatures, outFeatures);
    }

    private BlockParameters linear(String module, int inFeatures, int outFeatures, Parameter bias) {
        linears.add(new LinearModule(module, parameters.size(), inFeatures, outFeatures));
        LinearWeight weight = source.takeLinear(module + ".weight", outFeatures, inFeatures);
        parameters.add(weight.weight());
        parameters.add(bias);
        for (int place = LinearModule.ADAPTER; place < LinearModule.ADAPTER_END; place++) {
            parameters.add(Parameter.frozen("", absent));
        }
        parameters.add(orAbsent(weight.scales()));
        parameters.add(orAbsent(weight.tables()));
        quantized |= weight.isQuantized();
        return this;
    }

    private Parameter orAbsent(@Nullable NDArray value) {
        return Parameter.frozen("", value == null ? absent : value);
    }

    /** Whether a linear module's weight is made anew at every call. */
    boolean isQuantized() {
        return quantized;
    }

    NDManager manager() {
        return manager;
    }

    NDArray absent() {
        return absent;
    }

    List<Parameter> parameters() {
        return parameters;
    }

    List<LinearModule> linears() {
        return linears;
    }
}
