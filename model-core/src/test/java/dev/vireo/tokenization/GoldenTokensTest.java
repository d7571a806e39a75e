// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.data.ContentPart;
import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.image.ImageSize;
import dev.vireo.model.Golden;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tokenization.PairTokenizer.Bos;
import dev.vireo.tokenization.jinja.JinjaTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids equal to those of TRL's collator and of transformers, on every golden checkpoint. */
class GoldenTokensTest {
    private static final int BOS_ID = 1;
    private static final int EOS_ID = 2;
    private static final String LLAVA = "llava15-tiny";
    private static final String NEXT = "llavanext-tiny";
    private static final String WINDOW = "llavanext-window";
    private static final String SHARDED = "llavanext-bf16-sharded";

    /** TRL puts the row's pictures into its first user turn. */
    static List<Message> messages(JsonArray turns, int images) {
        List<Message> messages = new ArrayList<>();
        int left = images;
        for (JsonElement each : turns) {
            JsonObject turn = each.getAsJsonObject();
            String role = turn.get("role").getAsString();
            String text = turn.get("content").getAsString();
            boolean user = role.equals("user");
            messages.add(user ? Message.user(left, text) : new Message(role, List.of(new ContentPart.Text(text))));
            left = user ? 0 : left;
        }
        return messages;
    }

    static Conversation conversation(JsonObject row) {
        return new Conversation(
                messages(
                        row.getAsJsonArray("prompt"),
                        row.getAsJsonArray("images").size()),
                messages(row.getAsJsonArray("chosen"), 0),
                messages(row.getAsJsonArray("rejected"), 0));
    }

    private static List<ImageSize> sizes(Golden golden, JsonObject row) {
        JsonObject images = golden.json("images.json").getAsJsonObject();
        List<ImageSize> sizes = new ArrayList<>();
        for (JsonElement file : row.getAsJsonArray("images")) {
            JsonObject about = images.getAsJsonObject(file.getAsString());
            sizes.add(new ImageSize(
                    about.get("image_height").getAsInt(),
                    about.get("image_width").getAsInt()));
        }
        return sizes;
    }

    @ParameterizedTest
    @MethodSource("dev.vireo.model.Golden#names")
    void pairsHaveTheIdsOfTheCollator(String name) {
        Golden golden = Golden.of(name);
        try (PairTokenizer tokenizer = PretrainedModel.open(golden.model()).tokenizer(null, Bos.TEMPLATE)) {
            requireIds(golden, "rows.json", tokenizer);
        }
    }

    /** It writes neither BOS nor EOS, so there is none. */
    @Test
    void promptOfAPublishedRunHasTheIdsOfTheCollator() throws IOException {
        Golden golden = Golden.of(NEXT);
        String template = Files.readString(Path.of("../conf/templates/human-preferences.jinja"));
        try (PairTokenizer tokenizer = PretrainedModel.open(golden.model()).tokenizer(template, Bos.TEMPLATE)) {
            requireIds(golden, "rows-human-preferences.json", tokenizer);
            JsonObject plain = golden.json("rows-human-preferences.json")
                    .getAsJsonArray()
                    .get(0)
                    .getAsJsonObject();
            TokenizedConversation tokens = tokenizer.encode(conversation(plain), sizes(golden, plain));
            assertThat(tokens.promptIds()).doesNotContain(BOS_ID, EOS_ID);
            assertThat(tokens.chosenIds()).doesNotContain(BOS_ID, EOS_ID);
            String text =
                    "[INST] <image>\nProvide answer to the following question that best aligns with human preferences."
                            + "What is in the image? [/INST]";
            JsonObject rendered = plain.getAsJsonObject("rendered");
            assertThat(rendered.get("prompt").getAsString()).isEqualTo(text);
            assertThat(rendered.get("chosen").getAsString()).isEqualTo("A red circle on the left.");
        }
    }

    private static void requireIds(Golden golden, String rows, PairTokenizer tokenizer) {
        for (JsonElement each : golden.json(rows).getAsJsonArray()) {
            JsonObject row = each.getAsJsonObject();
            String id = row.get("row_id").getAsString();
            TokenizedConversation tokens = tokenizer.encode(conversation(row), sizes(golden, row));
            assertThat(tokens.promptIds()).as(id).isEqualTo(Golden.ints(row.getAsJsonArray("prompt_ids")));
            assertThat(tokens.chosenIds()).as(id).isEqualTo(Golden.ints(row.getAsJsonArray("chosen_ids")));
            assertThat(tokens.rejectedIds()).as(id).isEqualTo(Golden.ints(row.getAsJsonArray("rejected_ids")));
            assertThat(tokens.chosenScored())
                    .as(id)
                    .hasSize(tokens.chosenIds().length)
                    .doesNotContain(false);
            assertThat(tokens.rejectedScored())
                    .as(id)
                    .hasSize(tokens.rejectedIds().length)
                    .doesNotContain(false);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.vireo.model.Golden#names")
    void conversationsHaveTheTextOfTheCollator(String name) {
        Golden golden = Golden.of(name);
        ChatRenderer renderer = renderer(golden);
        for (JsonElement each : golden.json("rows.json").getAsJsonArray()) {
            JsonObject rendered = each.getAsJsonObject().getAsJsonObject("rendered");
            String prompt = rendered.get("prompt").getAsString();
            Conversation conversation = conversation(each.getAsJsonObject());
            assertThat(renderer.render(conversation.promptAndChosen(), false))
                    .isEqualTo(prompt + rendered.get("chosen").getAsString());
            assertThat(renderer.render(conversation.promptAndRejected(), false))
                    .isEqualTo(prompt + rendered.get("rejected").getAsString());
            assertThat(renderer.render(conversation.prompt(), true)).startsWith(prompt);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LLAVA, NEXT, WINDOW, SHARDED})
    void promptsToGenerateForBeginWithBosWhereItIsAlwaysWanted(String name) {
        Golden golden = Golden.of(name);
        try (PairTokenizer tokenizer = PairTokenizer.open(golden.model(), null, Bos.ALWAYS)) {
            for (JsonElement each : golden.json("rows.json").getAsJsonArray()) {
                JsonObject row = each.getAsJsonObject();
                int[] expected = Golden.ints(row.getAsJsonArray("generation_ids_with_bos"));
                Conversation conversation = conversation(row);
                assertThat(tokenizer.generationPrompt(conversation.prompt())).isEqualTo(expected);
                assertThat(tokenizer.encode(conversation).promptIds()).isEqualTo(expected);
            }
        }
    }

    private static ChatRenderer renderer(Golden golden) {
        Map<String, String> special =
                SpecialTokens.read(new ModelFiles(golden.model())).byName();
        try (PairTokenizer tokenizer = PretrainedModel.open(golden.model()).tokenizer(null, Bos.TEMPLATE)) {
            return new ChatRenderer(JinjaTemplate.parse(tokenizer.template()), special);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"onevision-tiny", "onevision-tied"})
    void tokenizerWithoutBosAddsNothingAndRefusesToAlwaysAddIt(String name) {
        Golden golden = Golden.of(name);
        try (PairTokenizer tokenizer = PairTokenizer.open(golden.model(), null, Bos.TEMPLATE)) {
            for (JsonElement each : golden.json("rows.json").getAsJsonArray()) {
                JsonObject row = each.getAsJsonObject();
                assertThat(tokenizer.generationPrompt(conversation(row).prompt()))
                        .isEqualTo(Golden.ints(row.getAsJsonArray("generation_ids_with_bos")));
            }
        }
        assertThatThrownBy(() -> PairTokenizer.open(golden.model(), null, Bos.ALWAYS))
                .hasMessageContaining("Invalid prepare.bos: always")
                .hasMessageContaining("the tokenizer has no BOS token");
    }

    @Test
    void paligemmaTakesOneQuestionAndBosFollowsThePictures() {
        Golden golden = Golden.of("paligemma-tiny");
        try (PairTokenizer tokenizer = PretrainedModel.open(golden.model()).tokenizer(null, Bos.TEMPLATE)) {
            for (JsonElement each : golden.json("rows.json").getAsJsonArray()) {
                JsonObject row = each.getAsJsonObject();
                assertThat(tokenizer.generationPrompt(conversation(row).prompt()))
                        .isEqualTo(Golden.ints(row.getAsJsonArray("generation_ids_with_bos")));
            }
            List<Message> turns =
                    List.of(Message.user(1, "What?"), Message.assistant("A car."), Message.user(0, "Red?"));
            assertThatThrownBy(() -> tokenizer.generationPrompt(turns))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("PaliGemma takes one question and one answer");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.vireo.model.Golden#names")
    void textHasTheIdsOfTransformers(String name) {
        Golden golden = Golden.of(name);
        try (TextTokenizer tokenizer = TextTokenizer.open(golden.model())) {
            for (JsonElement each : golden.json("tokenizer.json").getAsJsonArray()) {
                JsonObject row = each.getAsJsonObject();
                int[] ids = Golden.ints(row.getAsJsonArray("ids"));
                assertThat(tokenizer.encode(row.get("text").getAsString())).isEqualTo(ids);
                assertThat(tokenizer.decode(ids)).isEqualTo(row.get("decoded").getAsString());
            }
            assertThat(tokenizer.endIds()).isEqualTo(golden.endIds());
        }
    }
}
