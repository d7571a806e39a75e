// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * AdamW on the float32 masters of a model's trainable parameters; {@code AdamW.py} gives the formula. As in transformers'
 * Trainer, norms and biases are not decayed. Owns the moments.
 */
final class AdamW implements AutoCloseable {
    private static final Pattern NOT_DECAYED =
            Pattern.compile("(.*\\.)?bias|.*(layer_?norm\\d?|layrnorm|rmsnorm|(^|[._])norm)(\\..*)?");

    private final AdamWSettings settings;
    private final List<Parameter> parameters;
    private final NDManager manager;
    private final Script script;
    private final NDList firstMoments = new NDList();
    private final NDList secondMoments = new NDList();
    private long steps;

    AdamW(List<Parameter> parameters, AdamWSettings settings, Tensors tensors) {
        this.settings = settings;
        this.parameters = List.copyOf(parameters);
        this.manager = NDManager.newBaseManager(tensors.device(), "PyTorch");
        this.script = Script.load(tensors.device(), AdamW.class, Map.of(), "AdamW.py");
        for (Parameter parameter : parameters) {
            firstMoments.add(manager.zeros(parameter.master().getShape()));
            secondMoments.add(manager.zeros(parameter.master().getShape()));
        }
    }

    /**
     * Takes one step.
     *
     * @param gradients float32, one for each parameter, in the order of the parameters
     */
    void step(NDList gradients, double learningRate) {
        steps++;
        update(gradients, learningRate, settings.weightDecay(), true);
        update(gradients, learningRate, 0, false);
    }

    private void update(NDList gradients, double learningRate, double decay, boolean decayed) {
        NDList group = new NDList();
        for (NDList part : List.of(masters(), gradients, firstMoments, secondMoments)) {
            for (int i = 0; i < parameters.size(); i++) {
                if (isDecayed(parameters.get(i).name()) == decayed) {
                    group.add(part.get(i));
                }
            }
        }
        if (group.isEmpty()) {
            return;
        }
        double[] numbers = {learningRate, settings.beta1(), settings.beta2(), decay, settings.epsilon()};
        try (NDManager scope = manager.newSubManager();
                NDArray values = Tensors.host(scope, numbers);
                NDArray step = Tensors.host(scope, new double[] {steps})) {
            script.call(scope, "update", new NDList(values, step), group);
        }
    }

    private NDList masters() {
        NDList masters = new NDList();
        parameters.forEach(parameter -> masters.add(parameter.master()));
        return masters;
    }

    static boolean isDecayed(String name) {
        return !NOT_DECAYED.matcher(name).matches();
    }

    NDList firstMoments() {
        return firstMoments;
    }

    NDList secondMoments() {
        return secondMoments;
    }

    /** Steps taken, {@code t} of the formula. */
    long steps() {
        return steps;
    }

    /** Continues from stored moments, which the caller has written into {@link #firstMoments} and {@link #secondMoments}. */
    void resumeAt(long completedSteps) {
        steps = completedSteps;
    }

    @Override
    public void close() {
        script.close();
        manager.close();
    }
}
