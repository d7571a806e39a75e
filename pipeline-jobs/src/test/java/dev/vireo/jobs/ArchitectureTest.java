// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import dev.vireo.jobs.runtime.Console;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** Which package may use which: the arrows of docs/architecture.md. */
@AnalyzeClasses(packages = "dev.vireo.jobs", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.vireo.(**)").should().beFreeOfCycles();

    private static final Set<String> GROUND = Set.of("config", "storage", "runtime", "shards");

    private static final Set<String> GROUND_AND_WORKERS = Set.of("config", "storage", "runtime", "shards", "workers");

    /** Each package and those that it may use; {@code entry} is the package of the job classes. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("config", Set.of()),
            entry("storage", Set.of("config")),
            entry("runtime", Set.of("config", "storage")),
            entry("shards", Set.of("config", "storage", "runtime")),
            entry("exchange", Set.of()),
            entry("report", Set.of("storage")),
            entry("world", Set.of("config", "storage", "runtime")),
            entry("schema", Set.of("config", "storage", "shards")),
            entry("select", Set.of("config")),
            entry("prepare", Set.of("config", "storage", "runtime", "shards", "schema", "select")),
            entry("workers", GROUND),
            entry("score", Set.of("config", "storage", "runtime", "shards", "workers")),
            entry("generate", Set.of("config", "storage", "runtime", "shards", "workers")),
            entry("plan", GROUND_AND_WORKERS),
            entry("adapters", Set.of("config", "storage", "runtime")),
            entry(
                    "train",
                    Set.of("plan", "report", "config", "storage", "runtime", "shards", "workers", "exchange", "score")),
            entry("evaluate", Set.of("report", "workers", "config", "storage", "runtime", "shards")),
            entry(
                    "demo",
                    Set.of(
                            "config",
                            "storage",
                            "runtime",
                            "shards",
                            "world",
                            "prepare",
                            "score",
                            "generate",
                            "report",
                            "train",
                            "evaluate")));

    @ArchTest
    static void arrowsPointOneWay(JavaClasses classes) {
        var layers = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("entry")
                .definedBy("dev.vireo.jobs");
        for (String name : MAY_USE.keySet()) {
            layers = layers.layer(name).definedBy("dev.vireo.jobs." + name + "..");
        }
        for (var each : MAY_USE.entrySet()) {
            var layer = layers.whereLayer(each.getKey());
            layers = each.getValue().isEmpty()
                    ? layer.mayNotAccessAnyLayer()
                    : layer.mayOnlyAccessLayers(each.getValue().toArray(String[]::new));
        }
        layers.ensureAllClassesAreContainedInArchitecture().check(classes);
    }

    @ArchTest
    static final ArchRule onlyTheConsolePrints =
            noClasses().that().doNotBelongToAnyOf(Console.class).should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

    @ArchTest
    static void everyPackageIsNullMarked(JavaClasses classes) {
        assertThat(classes.getPackage("dev.vireo.jobs").getSubpackagesInTree())
                .filteredOn(each -> !each.getClasses().isEmpty())
                .allSatisfy(each -> assertThat(each.isAnnotatedWith(NullMarked.class))
                        .as(each.getName())
                        .isTrue());
    }
}
