// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;

/** Collects a block's parameters in the order of its script's header. */
public final class BlockParameters {
    private final NDManager manager;
    private final WeightSource source;
    private final NDArray absent;
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<LinearModule> linears = new ArrayList<>();

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

    /** A linear module without a bias. */
    public BlockParameters linear(String module, int inFeatures, int outFeatures) {
        return linear(module, inFeatures, outFeatures, Parameter.frozen("", absent));
    }

    /** A linear module with a bias. */
    public BlockParameters biasedLinear(String module, int inFeatures, int outFeatures) {
        return linear(module, inFeatures, outFeatures, source.take(module + ".bias", outFeatures));
    }

    private BlockParameters linear(String module, int inFeatures, int outFeatures, Parameter bias) {
        linears.add(new LinearModule(module, parameters.size(), inFeatures, outFeatures));
        parameters.add(source.take(module + ".weight", outFeatures, inFeatures));
        parameters.add(bias);
        for (int place = 2; place < LinearModule.PLACES; place++) {
            parameters.add(Parameter.frozen("", absent));
        }
        return this;
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
