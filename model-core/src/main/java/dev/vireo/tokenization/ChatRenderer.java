// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import dev.vireo.data.ContentPart;
import dev.vireo.data.Message;
import dev.vireo.tokenization.jinja.JinjaTemplate;
import dev.vireo.tokenization.python.None;
import dev.vireo.tokenization.python.Opaque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes messages with a chat template, which sees what transformers' processors show it. */
final class ChatRenderer {
    private final JinjaTemplate template;
    private final Map<String, String> specialTokens;

    ChatRenderer(JinjaTemplate template, Map<String, String> specialTokens) {
        this.template = template;
        this.specialTokens = specialTokens;
    }

    /** The text of messages, ready for an answer or complete. */
    String render(List<Message> messages, boolean addGenerationPrompt) {
        Map<String, Object> variables = new HashMap<>(specialTokens);
        List<Object> values = new ArrayList<>();
        messages.forEach(message -> values.add(value(message)));
        variables.put("messages", values);
        variables.put("tools", None.NONE);
        variables.put("documents", None.NONE);
        variables.put("add_generation_prompt", addGenerationPrompt);
        return template.render(variables);
    }

    private static Map<String, Object> value(Message message) {
        List<Object> content = new ArrayList<>();
        for (ContentPart part : message.content()) {
            Map<String, Object> value = new LinkedHashMap<>();
            value.put("type", part.type());
            value.put(part.type(), part instanceof ContentPart.Text text ? text.text() : new Opaque("image"));
            content.add(value);
        }
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("role", message.role());
        value.put("content", content);
        return value;
    }
}
