// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A recipe of a published run: a file of {@code conf/recipes}, and what its heading says.
 *
 * @param name without the ending
 * @param model the folder of {@code conf/models} that its plan takes
 * @param trained the number of trained parameters
 */
record PublishedRun(String name, String model, long trained) {
    static final Path HOME = Path.of("").toAbsolutePath().getParent();

    private static final Pattern PLAN =
            Pattern.compile("submit/vireo plan +--model conf/models/(\\S+) --conf recipes/(\\S+)");
    private static final Pattern TRAINED = Pattern.compile("([0-9,]+) trained parameters");

    static List<PublishedRun> all() throws IOException {
        try (Stream<Path> files = Files.list(HOME.resolve("conf/recipes"))) {
            return files.sorted().map(PublishedRun::read).toList();
        }
    }

    private static PublishedRun read(Path file) {
        String name = file.getFileName().toString().replaceFirst("\\.conf$", "");
        String text = text(file);
        Matcher plan = PLAN.matcher(text);
        Matcher trained = TRAINED.matcher(text);
        assertThat(plan.find()).as(name + " says how it is planned").isTrue();
        assertThat(trained.find()).as(name + " says what it trains").isTrue();
        assertThat(plan.group(2)).isEqualTo(name);
        return new PublishedRun(
                name, plan.group(1), Long.parseLong(trained.group(1).replace(",", "")));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The recipe's file. */
    Path file() {
        return HOME.resolve("conf/recipes").resolve(name + ".conf");
    }

    /** The directory of the published model's configuration. */
    Path configuration() {
        return HOME.resolve("conf/models").resolve(model);
    }

    @Override
    public String toString() {
        return name;
    }
}
