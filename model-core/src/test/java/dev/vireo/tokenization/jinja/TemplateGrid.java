// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.tokenization.python.None;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What transformers makes of templates, as tools/golden/templates.py wrote it down. */
final class TemplateGrid {
    static final Path ROOT = Path.of(System.getProperty("vireo.templates", "src/test/resources/templates"));
    private static final Clock NOW = Clock.fixed(Instant.parse("2024-02-03T16:05:06Z"), ZoneOffset.UTC);

    private TemplateGrid() {}

    /** How a rendering compares with transformers'. */
    enum Outcome {
        EXACT,
        REFUSED,
        BOTH_FAIL,
        DIFFERENT
    }

    static JsonElement json(Path file) {
        return JsonParser.parseString(text(file));
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param expected transformers' text, or null where it raised */
    static Outcome outcome(String template, Map<String, Object> variables, JsonElement expected) {
        try {
            String text = JinjaTemplate.parse(template, NOW).render(variables);
            return !expected.isJsonNull() && expected.getAsString().equals(text) ? Outcome.EXACT : Outcome.DIFFERENT;
        } catch (TemplateException e) {
            if (expected.isJsonNull()) {
                return Outcome.BOTH_FAIL;
            }
            return e.isRefused() ? Outcome.REFUSED : Outcome.DIFFERENT;
        }
    }

    static String attempt(String template, Map<String, Object> variables) {
        try {
            return JinjaTemplate.parse(template, NOW).render(variables);
        } catch (TemplateException e) {
            return e.toString();
        }
    }

    static Map<String, Object> variables(JsonObject object) {
        Map<String, Object> variables = new LinkedHashMap<>();
        object.entrySet().forEach(entry -> variables.put(entry.getKey(), value(entry.getValue())));
        return variables;
    }

    private static Object value(JsonElement element) {
        if (element.isJsonNull()) {
            return None.NONE;
        }
        if (element.isJsonObject()) {
            return variables(element.getAsJsonObject());
        }
        if (element.isJsonArray()) {
            List<Object> items = new ArrayList<>();
            element.getAsJsonArray().forEach(each -> items.add(value(each)));
            return items;
        }
        var primitive = element.getAsJsonPrimitive();
        if (primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        if (primitive.isString()) {
            return primitive.getAsString();
        }
        boolean whole = primitive.getAsString().matches("-?[0-9]+");
        return whole ? (Object) primitive.getAsLong() : (Object) primitive.getAsDouble();
    }
}
