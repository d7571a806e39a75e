// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tensor;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtModel;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A module of TorchScript source that stands beside the Java class that calls it.
 *
 * <p>The source is written in the dialect that TorchScript itself writes out ({@code torch.OP(x)} for operators,
 * {@code __torch__.f(x)} for functions). Every method has the one signature
 * {@code (self, x: List[Tensor], p: List[Tensor]) -> List[Tensor]}: inputs that change at each call, and parameters.
 * Beside the methods that the source declares, a script that declares {@code forward} also has those of {@code Leaves.py}
 * and, unless it has its own, those of {@code Gradients.py}: {@code keep}, {@code pull} and {@code vjp}.
 *
 * <p>This class alone knows DJL's ways: bfloat16 arrays show as {@code UNKNOWN} and may only be passed on; a call in
 * inference mode makes tensors that no backward pass accepts, so calls are made in training mode with gradients off;
 * list arguments and the method's name travel as array names; results belong to the manager of the first input.
 *
 * <p>A script may be called from several threads at once. The caller closes it after the last call.
 */
public final class Script implements AutoCloseable {
    private static final String LEAVES = "Leaves.py";
    private static final String GRADIENTS = "Gradients.py";
    private static final ThreadLocal<Boolean> PLAIN_EXECUTOR = ThreadLocal.withInitial(Script::plainExecutor);

    private final String name;
    private final Model model;
    private final PtSymbolBlock block;

    private Script(String name, Model model) {
        this.name = name;
        this.model = model;
        this.block = (PtSymbolBlock) model.getBlock();
    }

    /**
     * Compiles a script.
     *
     * @param device where its tensors will live
     * @param owner the class beside whose class file the sources lie
     * @param attributes numbers baked into the module: {@code Long}, {@code Double} or {@code Boolean} by declared name
     * @param sources file names, functions first; the last one declares {@code class NAME(Module)} of the file's name
     * @throws IllegalStateException if the source does not compile; the message carries TorchScript's own, with the line
     */
    public static Script load(Device device, Class<?> owner, Map<String, ?> attributes, String... sources) {
        var text = new StringBuilder();
        for (String source : sources) {
            text.append(read(owner, source)).append('\n');
        }
        String className = sources[sources.length - 1].replaceFirst("^.*/", "").replaceFirst("\\.py$", "");
        if (text.indexOf("  def forward(") >= 0) {
            String methods = read(Script.class, LEAVES)
                    + (text.indexOf("  def keep(") >= 0 ? "" : read(Script.class, GRADIENTS));
            text.append(methods.replace("__torch__.SELF", "__torch__." + className));
        }
        Model model = Model.newInstance(className, device, "PyTorch");
        try {
            byte[] archive = ScriptArchive.of(className, attributes, text.toString());
            ((PtModel) model).load(new ByteArrayInputStream(archive), null);
            return new Script(className, model);
        } catch (IOException | MalformedModelException | EngineException e) {
            model.close();
            throw new IllegalStateException("Cannot compile " + className + ".py: " + e.getMessage(), e);
        }
    }

    /**
     * Calls a method without recording gradients.
     *
     * @param scope owns the results
     * @param inputs the list {@code x}; not empty
     * @param parameters the list {@code p}; not empty, and no handle of it in the other list
     * @return the tensors that the method returns; where it returns an input unchanged, a second handle on it
     */
    public NDList call(NDManager scope, String method, NDList inputs, NDList parameters) {
        JniUtils.setGradMode(false);
        return run(scope, method, inputs, parameters);
    }

    /** As {@link #call}, with gradients recorded: for {@code keep}, {@code pull} and {@code vjp}. */
    public NDList callRecording(NDManager scope, String method, NDList inputs, NDList parameters) {
        JniUtils.setGradMode(true);
        try {
            return run(scope, method, inputs, parameters);
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    private NDList run(NDManager scope, String method, NDList inputs, NDList parameters) {
        PLAIN_EXECUTOR.get();
        var arguments = new NDList(inputs.size() + parameters.size() + 1);
        try (NDArray methodName = Tensors.onHost(scope, manager -> manager.create(0))) {
            methodName.setName("module_method:" + method);
            arguments.add(methodName);
            for (NDArray input : inputs) {
                input.setName("x[]");
                arguments.add(input);
            }
            for (NDArray parameter : parameters) {
                parameter.setName("p[]");
                arguments.add(parameter);
            }
            return IValueUtils.forward(block, arguments, true);
        } catch (EngineException e) {
            throw new IllegalStateException("Cannot run " + name + "." + method + ": " + e.getMessage(), e);
        }
    }

    /**
     * Lets the calling thread compute on so many of the CPU's cores.
     *
     * @param threads at least 1
     */
    public static void useThreads(int threads) {
        // Loads the natives, if nothing did before.
        Engine.getEngine("PyTorch");
        JniUtils.setNumThreads(threads);
    }

    /** Does work in pieces so small that libtorch's threads, which meet at every operation, would wait more than compute. */
    public static void onOneThread(Runnable work) {
        int threads = JniUtils.getNumThreads();
        JniUtils.setNumThreads(1);
        try {
            work.run();
        } finally {
            JniUtils.setNumThreads(threads);
        }
    }

    /** Shapes change at every call, so the executor that specialises on them costs more than it gains; a thread's setting. */
    private static boolean plainExecutor() {
        JniUtils.setGraphExecutorOptimize(false);
        return true;
    }

    private static String read(Class<?> owner, String source) {
        Class<?> place = source.startsWith("/") ? Script.class : owner;
        try (InputStream in = place.getResourceAsStream(source)) {
            if (in == null) {
                throw new IllegalArgumentException("Cannot find script " + source + " beside " + owner.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
