// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.tokenization.jinja.TemplateGrid.Outcome;
import dev.vireo.tokenization.python.None;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every template is rendered exactly as transformers renders it, or refused; nothing is silently different. */
class TemplateParityTest {
    private static final Path OWN = Path.of("../conf/templates");
    private static final Map<String, Object> TOKENS = Map.of(
            "bos_token", "<s>",
            "eos_token", "</s>",
            "unk_token", "<unk>",
            "pad_token", "<pad>",
            "image_token", "<image>");

    static List<String> publishedTemplates() throws IOException {
        return names(TemplateGrid.ROOT.resolve("published"));
    }

    static List<String> templatesOfFamilies() throws IOException {
        return names(TemplateGrid.ROOT.resolve("families"));
    }

    static List<String> ownTemplates() throws IOException {
        return names(OWN);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jinja"))
                    .map(name -> name.substring(0, name.length() - ".jinja".length()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("publishedTemplates")
    void publishedTemplatesAreExact(String name) {
        requireExact(TemplateGrid.ROOT.resolve("published/" + name + ".jinja"), "published/" + name + ".json");
    }

    @ParameterizedTest
    @MethodSource("templatesOfFamilies")
    void templatesOfTheFamiliesAreExact(String name) {
        requireExact(TemplateGrid.ROOT.resolve("families/" + name + ".jinja"), "families/" + name + ".json");
    }

    @ParameterizedTest
    @MethodSource("ownTemplates")
    void templatesThatComeWithVireoAreExact(String name) {
        requireExact(OWN.resolve(name + ".jinja"), "own/" + name + ".json");
    }

    private static void requireExact(Path file, String texts) {
        String template = TemplateGrid.text(file);
        JsonArray expected = TemplateGrid.json(TemplateGrid.ROOT.resolve(texts)).getAsJsonArray();
        JsonArray conversations = TemplateGrid.json(TemplateGrid.ROOT.resolve("conversations.json"))
                .getAsJsonArray();
        for (int i = 0; i < conversations.size(); i++) {
            JsonObject conversation = conversations.get(i).getAsJsonObject();
            Map<String, Object> variables = TemplateGrid.variables(conversation);
            variables.put("documents", None.NONE);
            variables.putAll(TOKENS);
            assertThat(TemplateGrid.outcome(template, variables, expected.get(i)))
                    .as(() -> "%s, %s: %s"
                            .formatted(texts, conversation.get("label"), TemplateGrid.attempt(template, variables)))
                    .isIn(Outcome.EXACT, Outcome.BOTH_FAIL);
        }
    }

    @Test
    void everyCornerOfTheLanguageIsExactOrRefused() {
        JsonObject grid =
                TemplateGrid.json(TemplateGrid.ROOT.resolve("snippets.json")).getAsJsonObject();
        Set<String> refused = new TreeSet<>();
        Set<String> different = new TreeSet<>();
        for (JsonElement each : grid.getAsJsonArray("snippets")) {
            String template = each.getAsJsonObject().get("template").getAsString();
            Map<String, Object> variables = TemplateGrid.variables(grid.getAsJsonObject("variables"));
            JsonElement expected = each.getAsJsonObject().get("text");
            Outcome outcome = TemplateGrid.outcome(template, variables, expected);
            if (outcome == Outcome.REFUSED) {
                refused.add(template);
            } else if (outcome == Outcome.DIFFERENT) {
                different.add(template + " -> " + TemplateGrid.attempt(template, variables) + " not " + expected);
            }
        }
        assertThat(different).isEmpty();
        Set<String> expectedRefusals = new TreeSet<>();
        TemplateGrid.json(TemplateGrid.ROOT.resolve("refused.json"))
                .getAsJsonArray()
                .forEach(each -> expectedRefusals.add(each.getAsString()));
        assertThat(refused).isEqualTo(expectedRefusals);
    }
}
