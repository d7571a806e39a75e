// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The shipped {@code reference.conf}: every key that exists, its default, and its meaning in the comment above it. */
final class ReferenceSettings {
    private static final ConfigRenderOptions PLAIN = ConfigRenderOptions.concise();

    private ReferenceSettings() {}

    static Config load() {
        InputStream resource =
                Objects.requireNonNull(ReferenceSettings.class.getResourceAsStream("reference.conf"), "reference.conf");
        // From a reader, so that values have no file name: messages name files of the user only.
        try (Reader reader = new InputStreamReader(resource, StandardCharsets.UTF_8)) {
            return ConfigFactory.parseReader(reader).resolve();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The settings of one section such as {@code train}, in the order of the file. */
    static List<SettingDescription> describe(String section) {
        List<SettingDescription> descriptions = new ArrayList<>();
        collect(section, load().getObject(section), descriptions);
        return descriptions;
    }

    private static void collect(String prefix, ConfigObject object, List<SettingDescription> into) {
        List<Map.Entry<String, ConfigValue>> entries = object.entrySet().stream()
                .sorted(Comparator.comparingInt(
                        entry -> entry.getValue().origin().lineNumber()))
                .toList();
        for (Map.Entry<String, ConfigValue> entry : entries) {
            String key = prefix + "." + entry.getKey();
            if (entry.getValue() instanceof ConfigObject nested) {
                collect(key, nested, into);
            } else {
                into.add(new SettingDescription(key, written(entry.getValue()), comment(entry.getValue())));
            }
        }
    }

    private static String comment(ConfigValue value) {
        return value.origin().comments().stream().map(String::strip).collect(Collectors.joining(" "));
    }

    /** A value as it was written: text without quotes, numbers digit by digit, lists and objects as JSON. */
    static String written(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> value.atKey("value").getString("value");
            case LIST, OBJECT, NULL -> value.render(PLAIN);
        };
    }
}
