// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the layers of settings on top of each other: the shipped defaults, then files in the order given, then {@code
 * key=value} arguments. Faults are added to a list, so that all of them are seen together.
 */
final class SettingsLayers {
    private final @Nullable Path home;
    private final List<String> problems;

    /**
     * @param home where {@code conf/NAME.conf} of a bare name lies, if it is known
     * @param problems takes one sentence for each fault
     */
    SettingsLayers(@Nullable Path home, List<String> problems) {
        this.home = home;
        this.problems = problems;
    }

    /** What the user wrote, without the defaults. */
    Config user(List<String> files, List<String> assignments) {
        Config merged = ConfigFactory.empty();
        for (String file : files) {
            merged = file(file).withFallback(merged);
        }
        for (String assignment : assignments) {
            merged = assignment(assignment).withFallback(merged);
        }
        try {
            return merged.resolve();
        } catch (ConfigException e) {
            problems.add("Cannot resolve the settings: " + firstLine(e));
            return ConfigFactory.empty();
        }
    }

    private Config file(String name) {
        Path path = find(name);
        if (path == null) {
            return ConfigFactory.empty();
        }
        try {
            ConfigParseOptions options =
                    ConfigParseOptions.defaults().setAllowMissing(false).setSyntax(ConfigSyntax.CONF);
            return ConfigFactory.parseFile(path.toFile(), options);
        } catch (ConfigException e) {
            problems.add("Cannot read settings " + path + ": " + firstLine(e));
            return ConfigFactory.empty();
        }
    }

    private @Nullable Path find(String name) {
        Path direct = Path.of(name);
        if (Files.isRegularFile(direct)) {
            return direct;
        }
        if (isBare(name)) {
            Path root = home == null ? Path.of("") : home;
            Path named = root.resolve("conf").resolve(name + ".conf");
            if (Files.isRegularFile(named)) {
                return named;
            }
            problems.add("Cannot read --conf " + name + ": neither " + direct.toAbsolutePath() + " nor "
                    + named.toAbsolutePath() + " is a file");
        } else {
            problems.add("Cannot read --conf " + name + ": " + direct.toAbsolutePath() + " is not a file");
        }
        return null;
    }

    /** {@code orpo} or {@code recipes/sft-llava-1.5}, and not the path of a file. */
    private static boolean isBare(String name) {
        return name.matches("\\w[\\w.-]*(/\\w[\\w.-]*)*") && !name.endsWith(".conf");
    }

    private Config assignment(String assignment) {
        int equals = assignment.indexOf('=');
        String key = equals < 0 ? assignment : assignment.substring(0, equals).strip();
        if (equals < 0 || key.isEmpty()) {
            problems.add("Invalid argument " + assignment + " (expected an option or key=value)");
            return ConfigFactory.empty();
        }
        try {
            ConfigUtil.splitPath(key);
            ConfigValue value = value(assignment.substring(equals + 1).strip());
            return value.withOrigin(ConfigOriginFactory.newSimple("the command line"))
                    .atPath(key);
        } catch (ConfigException e) {
            problems.add("Invalid argument " + assignment + ": " + firstLine(e));
            return ConfigFactory.empty();
        }
    }

    /**
     * Text is taken as it stands, so that paths, regular expressions and templates need no quotes of HOCON's; lists,
     * objects and quoted text are HOCON.
     */
    private static ConfigValue value(String text) {
        boolean template = text.startsWith("{{") || text.startsWith("{%") || text.startsWith("{#");
        boolean hocon = !template && (text.startsWith("[") || text.startsWith("{") || text.startsWith("\""));
        return hocon
                ? ConfigFactory.parseString("value = " + text).getValue("value")
                : ConfigValueFactory.fromAnyRef(text);
    }

    private static String firstLine(ConfigException e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse(message);
    }
}
