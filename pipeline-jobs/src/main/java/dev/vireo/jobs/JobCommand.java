// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.config.SettingDescription;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The command line of one job, made from its definition. */
final class JobCommand {
    private static final int HELP_WIDTH = 120;

    private final JobDefinition definition;
    private final CommandLine command;

    JobCommand(JobDefinition definition) {
        this.definition = definition;
        this.command = new CommandLine(spec());
        command.getCommandSpec().parser().collectErrors(true);
    }

    private CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("vireo " + definition.name());
        spec.usageMessage()
                .description(definition.purpose())
                .width(HELP_WIDTH)
                .sortOptions(false)
                .customSynopsis(synopsis());
        for (JobOption option : definition.options()) {
            if (option.isFlag()) {
                spec.addOption(flag(option.flag(), option.meaning()));
                continue;
            }
            spec.addOption(OptionSpec.builder(option.flag())
                    .paramLabel(option.label())
                    .type(option.isList() ? List.class : String.class)
                    .auxiliaryTypes(String.class)
                    .description(option.meaning())
                    .build());
        }
        spec.addOption(listOption(
                "--conf",
                "FILE",
                "settings in HOCON; may be given several times, later files win;"
                        + " a bare name finds conf/NAME.conf"));
        spec.addOption(flag("--overwrite", "replace a finished result in the output; an unfinished one is resumed"));
        spec.addOption(flag("--debug", "show the trace of an error"));
        spec.addOption(flag("--help", "show this help"));
        spec.addPositional(PositionalParamSpec.builder()
                .paramLabel("key=value")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("0..*")
                .description("a setting from the list below; wins over files")
                .build());
        return spec;
    }

    private String synopsis() {
        StringBuilder line = new StringBuilder("vireo ").append(definition.name());
        for (JobOption option : definition.options()) {
            String each = (option.flag() + " " + option.label()).strip();
            line.append(definition.required().contains(option) ? " " + each : " [" + each + "]");
        }
        return line.append(" [options] [key=value ...]").toString();
    }

    private static OptionSpec listOption(String name, String label, String meaning) {
        return OptionSpec.builder(name)
                .paramLabel(label)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description(meaning)
                .build();
    }

    private static OptionSpec flag(String name, String meaning) {
        return OptionSpec.builder(name).type(boolean.class).description(meaning).build();
    }

    /** Reads the arguments; faults are added to {@code problems}. */
    Parsed parse(List<String> arguments, List<String> problems) {
        ParseResult result = command.parseArgs(arguments.toArray(String[]::new));
        for (Exception error : result.errors()) {
            problems.add("Invalid arguments: " + error.getMessage());
        }
        Map<JobOption, List<String>> values = new EnumMap<>(JobOption.class);
        boolean writes = values(result, JobOption.DRY_RUN).isEmpty();
        for (JobOption option : definition.options()) {
            List<String> given = values(result, option);
            if (!given.isEmpty()) {
                values.put(option, given);
            } else if (definition.required().contains(option) && (writes || option != JobOption.OUTPUT)) {
                problems.add("Missing " + option.flag() + " " + option.label() + ": " + option.meaning());
            }
        }
        List<String> assignments = result.matchedPositionalValue(0, List.<String>of());
        return new Parsed(
                values,
                result.matchedOptionValue("--conf", List.of()),
                assignments,
                result.hasMatchedOption("--overwrite"),
                result.hasMatchedOption("--debug"),
                result.hasMatchedOption("--help"));
    }

    private static List<String> values(ParseResult result, JobOption option) {
        if (!result.hasMatchedOption(option.flag())) {
            return List.of();
        }
        if (option.isFlag()) {
            return List.of("true");
        }
        if (!option.isList()) {
            return List.of(result.matchedOptionValue(option.flag(), ""));
        }
        List<String> all = new ArrayList<>();
        for (String each : result.matchedOptionValue(option.flag(), List.<String>of())) {
            Arrays.stream(each.split(",")).filter(part -> !part.isBlank()).forEach(all::add);
        }
        return all;
    }

    /** All options and all settings with defaults and units. */
    String help() {
        StringBuilder text = new StringBuilder(command.getUsageMessage(CommandLine.Help.Ansi.OFF));
        for (String section : definition.sections()) {
            text.append(String.format("%nSettings of %s (key=default):%n", section));
            for (SettingDescription setting : Settings.describe(section)) {
                text.append(String.format("  %s=%s%n", setting.key(), setting.defaultValue()));
                text.append(String.format("      %s%n", setting.meaning()));
            }
        }
        return text.toString();
    }

    /**
     * What the user wrote.
     *
     * @param values of the options that name files and directories
     * @param files of {@code --conf}
     * @param assignments {@code key=value}
     * @param overwrite whether a finished result may be replaced
     * @param debug whether errors show their trace
     * @param help whether help was asked for
     */
    record Parsed(
            Map<JobOption, List<String>> values,
            List<String> files,
            List<String> assignments,
            boolean overwrite,
            boolean debug,
            boolean help) {}
}
