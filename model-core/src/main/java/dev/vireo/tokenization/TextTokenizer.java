// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A model's tokenizer: text to ids and back, by Hugging Face's {@code tokenizers} library. No special tokens are added,
 * nothing is truncated or padded; text that looks like a special token becomes that token, as it does in transformers. Threads may share one.
 */
public final class TextTokenizer implements AutoCloseable {
    private static final Map<String, String> PLAIN =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer tokenizer;
    private final SpecialTokens special;
    private volatile boolean closed;

    private TextTokenizer(HuggingFaceTokenizer tokenizer, SpecialTokens special) {
        this.tokenizer = tokenizer;
        this.special = special;
    }

    /**
     * Opens the tokenizer of a model directory. The caller closes it.
     *
     * @throws IllegalArgumentException if the directory has no {@code tokenizer.json}, or one that cannot be read
     */
    public static TextTokenizer open(Path modelDirectory) {
        ModelFiles files = new ModelFiles(modelDirectory);
        Path path = modelDirectory.resolve("tokenizer.json");
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException("Cannot open the tokenizer of " + modelDirectory
                    + ": it has no tokenizer.json" + conversion(modelDirectory));
        }
        SpecialTokens special = SpecialTokens.read(files);
        try (InputStream in = Files.newInputStream(path)) {
            return new TextTokenizer(HuggingFaceTokenizer.newInstance(in, PLAIN), special);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("Cannot open tokenizer " + path + ": " + e.getMessage(), e);
        }
    }

    /** How to make the file from what is there; transformers reads the older files and writes the new one. */
    private static String conversion(Path directory) {
        boolean sentencePiece = Files.isRegularFile(directory.resolve("tokenizer.model"));
        return (sentencePiece ? ", only the older tokenizer.model" : "")
                + ". Make it with Python (pip install transformers"
                + (sentencePiece ? " sentencepiece protobuf" : "") + "): from transformers import AutoTokenizer; "
                + "AutoTokenizer.from_pretrained(\"" + directory + "\").save_pretrained(\"" + directory + "\")";
    }

    /**
     * The ids of a text.
     *
     * @throws IllegalArgumentException if the text holds half of a surrogate pair, which is no character
     */
    public int[] encode(String text) {
        requireOpen();
        requireCharacters(text);
        return narrowed(tokenizer.encode(text, false, false).getIds());
    }

    /** The text of ids, special tokens skipped. */
    public String decode(int[] ids) {
        requireOpen();
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return tokenizer.decode(wide, true);
    }

    /** The id of the token that begins a text, if the tokenizer has one. */
    public OptionalInt bosId() {
        return special.bosId();
    }

    /** The ids that end an answer: {@code eos_token_id} of the generation settings or the model's, or else the tokenizer's EOS. */
    public Set<Integer> endIds() {
        return special.endIds();
    }

    SpecialTokens special() {
        return special;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("Cannot tokenize: the tokenizer is closed");
        }
    }

    private static void requireCharacters(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("Cannot tokenize text: it holds half of a surrogate pair");
        }
    }

    private static int[] narrowed(long[] ids) {
        int[] narrow = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            narrow[i] = Math.toIntExact(ids[i]);
        }
        return narrow;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            tokenizer.close();
        }
    }
}
