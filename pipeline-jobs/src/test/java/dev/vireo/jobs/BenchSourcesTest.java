// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the scripts under {@code bench} compile when they run compiles today. */
class BenchSourcesTest {
    @TempDir
    Path folder;

    @Test
    void benchesCompile() throws Exception {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Command.HOME.resolve("bench/ours"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        assertThat(sources).isNotEmpty();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        try (StandardJavaFileManager manager =
                compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "-nowarn", "-proc:none", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(
                            errors,
                            manager,
                            null,
                            options,
                            null,
                            manager.getJavaFileObjectsFromFiles(
                                    sources.stream().map(Path::toFile).toList()))
                    .call();
            assertThat(compiled).as(errors.toString()).isTrue();
        }
    }
}
