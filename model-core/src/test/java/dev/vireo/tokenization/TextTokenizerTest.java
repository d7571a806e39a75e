// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.vireo.data.Message;
import dev.vireo.model.Golden;
import dev.vireo.tokenization.PairTokenizer.Bos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTokenizerTest {
    private static final Path MODEL = Golden.of("llava15-tiny").model();

    @TempDir
    Path directory;

    @BeforeEach
    void copyTokenizer() throws IOException {
        Files.copy(MODEL.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    private String template() {
        try (PairTokenizer tokenizer = PairTokenizer.open(directory, null, Bos.TEMPLATE)) {
            return tokenizer.template();
        }
    }

    @Test
    void templateIsReadWhereTransformersReadsIt() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(this::template)
                .withMessageContaining("no chat template")
                .withMessageContaining("prepare.template");
        write(
                "tokenizer_config.json",
                "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"}, {\"name\": \"default\", \"template\": \"d\"}]}");
        assertThat(template()).isEqualTo("d");
        write("processor_config.json", "{\"chat_template\": \"p\"}");
        assertThat(template()).isEqualTo("p");
        write("chat_template.json", "{\"chat_template\": \"c\"}");
        assertThat(template()).isEqualTo("c");
        write("chat_template.jinja", "j\n");
        assertThat(template()).isEqualTo("j\n");
    }

    @Test
    void templateSeesTheTokenizersNamedTokens() throws IOException {
        write(
                "tokenizer_config.json",
                "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\", \"sep_token\": null}");
        try (PairTokenizer tokenizer = PairTokenizer.open(
                directory, "{{ bos_token }}{{ eos_token }}{{ sep_token is defined }}", Bos.TEMPLATE)) {
            assertThat(tokenizer.generationPrompt(List.of(Message.user(0, "q"))))
                    .startsWith(1, 2)
                    .isEqualTo(tokenizer.text().encode("<s></s>False"));
        }
    }

    @Test
    void endIdsComeFromTheFirstFileThatNamesThem() throws IOException {
        write("tokenizer_config.json", "{\"eos_token\": \"</s>\"}");
        assertThat(endIds()).containsExactly(2);
        write("config.json", "{\"text_config\": {\"eos_token_id\": 5}}");
        assertThat(endIds()).containsExactly(5);
        write("generation_config.json", "{\"eos_token_id\": [7, 9]}");
        assertThat(endIds()).containsExactly(7, 9);
    }

    private Iterable<Integer> endIds() {
        try (TextTokenizer tokenizer = TextTokenizer.open(directory)) {
            return tokenizer.endIds();
        }
    }

    @Test
    void bosThatDoesNotExistCannotBeAdded() throws IOException {
        write("chat_template.jinja", "x");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PairTokenizer.open(directory, null, Bos.ALWAYS))
                .withMessageContaining("Invalid prepare.bos: always");
    }

    @Test
    void missingAndBrokenFilesAreNamed(@TempDir Path empty) throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextTokenizer.open(empty))
                .withMessageContaining("no tokenizer.json. Make it with Python (pip install transformers):")
                .withMessageContaining("from_pretrained(\"" + empty + "\").save_pretrained(\"" + empty + "\")");
        Files.writeString(empty.resolve("tokenizer.model"), "sentencepiece");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextTokenizer.open(empty))
                .withMessageContaining("no tokenizer.json, only the older tokenizer.model")
                .withMessageContaining("pip install transformers sentencepiece protobuf");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextTokenizer.open(empty.resolve("nowhere")))
                .withMessageContaining("nowhere");
        write("tokenizer_config.json", "{");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextTokenizer.open(directory))
                .withMessageContaining("tokenizer_config.json");
        Files.writeString(empty.resolve("tokenizer.json"), "{\"model\": {\"type\": \"Nothing\"}}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextTokenizer.open(empty))
                .withMessageContaining("tokenizer.json");
    }

    @Test
    void closedTokenizersSaySo() {
        TextTokenizer tokenizer = TextTokenizer.open(MODEL);
        tokenizer.close();
        tokenizer.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> tokenizer.encode("a"))
                .withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> tokenizer.decode(new int[] {3}));
    }
}
