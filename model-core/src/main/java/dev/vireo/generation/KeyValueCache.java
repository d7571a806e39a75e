// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.vireo.batch.PackedBatch;
import dev.vireo.model.TextDecoder;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.Tape;
import dev.vireo.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of all layers: the prompts of some rows, then the tokens of their answers in the order in which they came.
 * Each row's prompt is there once, whatever the number of its answers. A token sees its row's prompt and its own answer.
 *
 * <p>Memory is set aside for the longest answers at the start and never moved. Owned by the scope that it was made in.
 */
final class KeyValueCache {
    private final VisionLanguageModel model;
    private final NDManager scope;
    private final List<NDList> layers = new ArrayList<>();
    /** Of each place: -1 - row for a prompt's token, else the answer. */
    private final int[] owners;

    private final int[] positions;
    private int used;

    /** @param answerTokens that all answers together may have */
    KeyValueCache(VisionLanguageModel model, NDManager scope, PackedBatch prompts, int answerTokens) {
        this.model = model;
        this.scope = scope;
        this.owners = new int[Math.addExact(prompts.size(), answerTokens)];
        this.positions = new int[owners.length];
        for (int row = 0; row < prompts.samples().size(); row++) {
            int tokens = prompts.samples().get(row).prefixTokens();
            for (int position = 0; position < tokens; position++) {
                place(-1 - row, position);
            }
        }
    }

    private void place(int owner, int position) {
        owners[used] = owner;
        positions[used] = position;
        used++;
    }

    /**
     * Runs the prompts.
     *
     * @return the last layer's output at each prompt's last token [rows, D], in the scope
     */
    NDArray prefill(PackedBatch prompts) {
        try (Tape tape = Tape.inference(scope, Weights.ADAPTED)) {
            NDManager temporary = tape.scope();
            NDArray h = model.embed(tape, prompts);
            NDList angles = model.angles(temporary, temporary.create(prompts.positions()));
            NDArray segments = Tensors.host(temporary, prompts.segments());
            NDArray capacity = Tensors.host(temporary, new long[] {owners.length});
            for (Block layer : model.text().layers()) {
                NDList out = layer.call(
                        temporary,
                        Weights.ADAPTED,
                        "prefill",
                        new NDList(h, angles.get(0), angles.get(1), segments, capacity));
                h.close();
                h = out.get(0);
                NDList cache = new NDList(out.get(1), out.get(2));
                cache.attach(scope);
                layers.add(cache);
            }
            return lastTokens(temporary, h, prompts);
        }
    }

    private NDArray lastTokens(NDManager temporary, NDArray h, PackedBatch prompts) {
        long[] last = new long[prompts.samples().size()];
        int end = 0;
        for (int row = 0; row < last.length; row++) {
            end += prompts.samples().get(row).prefixTokens();
            last[row] = end - 1;
        }
        return model.tensors().rows(scope, h, temporary.create(last));
    }

    /**
     * Runs one more token of some answers.
     *
     * @param temporary owns the result
     * @return the last layer's output [n, D]
     */
    NDArray step(NDManager temporary, List<Answering> answers) {
        NDArray place = Tensors.host(temporary, new long[] {used});
        answers.forEach(answer -> place(answer.number(), answer.position()));
        NDList angles = model.angles(
                temporary,
                temporary.create(answers.stream().mapToLong(Answering::position).toArray()));
        NDArray seen = seen(temporary, answers);
        NDArray h = embed(temporary, answers);
        for (int i = 0; i < layers.size(); i++) {
            NDList cache = layers.get(i);
            NDArray next = model.text()
                    .layers()
                    .get(i)
                    .call(
                            temporary,
                            Weights.ADAPTED,
                            "step",
                            new NDList(h, angles.get(0), angles.get(1), cache.get(0), cache.get(1), place, seen))
                    .get(0);
            h.close();
            h = next;
        }
        return h;
    }

    private NDArray embed(NDManager temporary, List<Answering> answers) {
        TextDecoder text = model.text();
        var inputs = new NDList(
                temporary.zeros(new Shape(0, text.width())),
                temporary.create(
                        answers.stream().mapToLong(Answering::lastToken).toArray()),
                temporary.zeros(new Shape(0), DataType.INT64));
        return text.embedding()
                .call(temporary, Weights.ADAPTED, "forward", inputs)
                .get(0);
    }

    /** Bool [n, used]: which places each answer's newest token sees; empty where that is all of them. */
    private NDArray seen(NDManager temporary, List<Answering> answers) {
        int window = model.text().window();
        boolean[] seen = new boolean[answers.size() * used];
        boolean all = true;
        for (int i = 0; i < answers.size(); i++) {
            Answering answer = answers.get(i);
            int first = window == 0 ? 0 : answer.position() - window + 1;
            for (int at = 0; at < used; at++) {
                boolean own = owners[at] == answer.number() || owners[at] == -1 - answer.row();
                seen[i * used + at] = own && positions[at] >= first;
                all &= seen[i * used + at];
            }
        }
        return all
                ? temporary.zeros(new Shape(0), DataType.BOOLEAN)
                : temporary.create(seen, new Shape(answers.size(), used));
    }
}
