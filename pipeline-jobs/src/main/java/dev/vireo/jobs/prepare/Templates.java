// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.PrepareSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the chat template that {@code prepare.template} means. */
final class Templates {
    private static final String SUFFIX = ".jinja";

    private Templates() {}

    /**
     * The template's text, or null for the model's own.
     *
     * @param setting {@code auto}, a template text, or the name of one in {@code conf/templates/}
     * @param home the installation, if it is known
     */
    static @Nullable String text(String setting, @Nullable Path home) throws IOException {
        if (setting.equals(PrepareSettings.MODEL_TEMPLATE)) {
            return null;
        }
        if (setting.contains("{{") || setting.contains("{%")) {
            return setting;
        }
        Path folder = home == null
                ? Path.of("conf", "templates")
                : home.resolve("conf").resolve("templates");
        Path file = folder.resolve(setting.endsWith(SUFFIX) ? setting : setting + SUFFIX);
        if (!Files.isRegularFile(file)) {
            throw new InvalidSettingsException(List.of("Invalid prepare.template: " + setting
                    + " (expected auto, the text of a Jinja template, which has {{ }} in it, or a name in " + folder
                    + ": "
                    + names(folder) + ")"));
        }
        return Files.readString(file);
    }

    private static String names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return "there is no such folder";
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
            return names.isEmpty() ? "it is empty" : String.join(", ", names);
        }
    }
}
