// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.Device;
import dev.vireo.tensor.Script;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes blocks on one device; a script is compiled once for each set of attributes, however many layers share it. Owns the
 * scripts.
 */
public final class Blocks implements AutoCloseable {
    /** Logits that a head holds at a time, which bounds its memory whatever the vocabulary. */
    private static final long LOGITS = 1L << 23;

    private final Device device;
    private final Map<List<Object>, Script> scripts = new HashMap<>();

    public Blocks(Device device) {
        this.device = device;
    }

    /** A decoder layer; {@code DecoderLayer.py} gives its parameters. */
    public Block decoderLayer(String name, BlockParameters parameters, DecoderShape shape) {
        Script script = script(
                Map.of(
                        "head_width",
                        (long) shape.headWidth(),
                        "window",
                        shape.reach(),
                        "eps",
                        shape.norm().eps(),
                        "plus",
                        shape.norm().plus(),
                        "activation",
                        (long) shape.activation().code(),
                        "kept_scores",
                        shape.keptScoresPerToken()),
                "Linear.py",
                "Norm.py",
                "Attention.py",
                "DecoderLayer.py");
        return new Block(name, script, parameters, shape.graph());
    }

    /** Rotary angles; {@code Rotary.py}. Its method is {@code angles}. */
    public Script rotary(RotaryShape shape) {
        return script(
                Map.of(
                        "head_width",
                        (long) shape.headWidth(),
                        "theta",
                        shape.theta(),
                        "factor",
                        shape.factor(),
                        "low",
                        shape.low(),
                        "high",
                        shape.high(),
                        "original",
                        shape.original()),
                "Rotary.py");
    }

    /**
     * Token embeddings with image features; {@code Embedding.py}.
     *
     * @param scale of the tokens' embeddings, 1 as a rule
     */
    public Block embedding(String name, BlockParameters parameters, int width, double scale) {
        return new Block(name, script(Map.of("scale", scale), "Embedding.py"), parameters, width);
    }

    /** Rows of logits that a head computes at once. */
    public static long headRows(long vocabulary) {
        return Math.max(32, Math.min(1024, LOGITS / vocabulary));
    }

    /** The final norm and output embedding; {@code Head.py}. */
    public Block head(String name, BlockParameters parameters, int vocabulary, RmsNorm norm) {
        return new Block(
                name,
                script(
                        Map.of("eps", norm.eps(), "plus", norm.plus(), "chunk", headRows(vocabulary)),
                        "Norm.py",
                        "Head.py"),
                parameters,
                0);
    }

    /** A CLIP or SigLIP tower's input; {@code PatchEmbedding.py}. */
    public Block patchEmbedding(String name, BlockParameters parameters, int patch, double eps) {
        return new Block(name, script(Map.of("patch", (long) patch, "eps", eps), "PatchEmbedding.py"), parameters, 16);
    }

    /**
     * The input of a tower that takes tiles of any shape; {@code GridEmbedding.py}.
     *
     * @param side of the table of positions
     */
    public Block gridEmbedding(String name, BlockParameters parameters, int side) {
        return new Block(name, script(Map.of("side", (long) side), "GridEmbedding.py"), parameters, 16);
    }

    /** A CLIP or SigLIP encoder layer; {@code VisionLayer.py}. */
    public Block visionLayer(String name, BlockParameters parameters, VisionShape shape) {
        Script script = script(
                Map.of(
                        "head_width",
                        (long) shape.headWidth(),
                        "activation",
                        (long) shape.activation().code(),
                        "eps",
                        shape.eps()),
                "Linear.py",
                "VisionLayer.py");
        return new Block(name, script, parameters, 10L * shape.width() + 3L * shape.feedForward());
    }

    /**
     * From the tower to the language model; {@code Projector.py}.
     *
     * @param drop leading positions left out: 1 for the class token
     * @param activation between two linears
     * @param eps of the norm before them, where there is one
     */
    public Block projector(
            String name, BlockParameters parameters, int drop, Activation activation, double eps, int width) {
        Script script = script(
                Map.of("drop", (long) drop, "activation", (long) activation.code(), "eps", eps),
                "Linear.py",
                "Projector.py");
        return new Block(name, script, parameters, 4L * width);
    }

    /**
     * From the tower to the language model by a gated feed-forward; {@code GatedProjector.py}.
     *
     * @param eps of the norm before it
     */
    public Block gatedProjector(
            String name, BlockParameters parameters, int feedForward, Activation activation, double eps) {
        Script script =
                script(Map.of("activation", (long) activation.code(), "eps", eps), "Linear.py", "GatedProjector.py");
        return new Block(name, script, parameters, 4L * feedForward);
    }

    /** A perceiver resampler; {@code Perceiver.py}. */
    public Block perceiver(String name, BlockParameters parameters, PerceiverShape shape) {
        Script script = script(
                Map.of(
                        "head_width",
                        (long) shape.headWidth(),
                        "depth",
                        (long) shape.depth(),
                        "activation",
                        (long) shape.activation().code(),
                        "eps",
                        shape.eps()),
                "Linear.py",
                "Norm.py",
                "Perceiver.py");
        return new Block(name, script, parameters, shape.graphElementsPerFeature());
    }

    /** A family's own block, whose source lies beside {@code owner}. */
    public Block block(
            Class<?> owner, String name, BlockParameters parameters, long graphElementsPerRow, String... sources) {
        return block(owner, name, parameters, graphElementsPerRow, Map.of(), sources);
    }

    /** The same with numbers by the names that the source declares, {@code Long} or {@code Double}. */
    public Block block(
            Class<?> owner,
            String name,
            BlockParameters parameters,
            long graphElementsPerRow,
            Map<String, ? extends Number> attributes,
            String... sources) {
        return new Block(name, script(owner, attributes, sources), parameters, graphElementsPerRow);
    }

    private Script script(Map<String, ?> attributes, String... sources) {
        return script(Blocks.class, attributes, sources);
    }

    private Script script(Class<?> owner, Map<String, ?> attributes, String... sources) {
        var key = new ArrayList<Object>(List.of(sources));
        key.add(owner);
        key.add(attributes);
        return scripts.computeIfAbsent(key, k -> Script.load(device, owner, attributes, sources));
    }

    @Override
    public void close() {
        scripts.values().forEach(Script::close);
    }
}
