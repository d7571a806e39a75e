// SPDX-License-Identifier: Apache-2.0
package dev.vireo;

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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** Which package may use which: the arrows of docs/architecture.md. */
@AnalyzeClasses(packages = "dev.vireo", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.vireo.(**)").should().beFreeOfCycles();

    /** Each package and those that it may use; {@code families} are the packages below {@code model}. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("tensor", Set.of()),
            entry("data", Set.of()),
            entry("quantization", Set.of()),
            entry("nn", Set.of("tensor")),
            entry("checkpoint", Set.of("tensor")),
            entry("adapter", Set.of("nn", "checkpoint", "tensor")),
            entry("merging", Set.of("checkpoint", "tensor")),
            entry("tokenization", Set.of("data", "checkpoint", "image")),
            entry("image", Set.of("tensor", "checkpoint")),
            entry("batch", Set.of("data", "image")),
            entry("objective", Set.of("tensor")),
            entry("model", Set.of("adapter", "nn", "checkpoint", "batch", "image", "quantization", "tensor")),
            entry("families", Set.of("model", "nn", "checkpoint", "batch", "image", "tensor")),
            entry(
                    "pretrained",
                    Set.of("families", "model", "nn", "checkpoint", "image", "tokenization", "data", "tensor")),
            entry("planning", Set.of("model", "adapter", "nn", "checkpoint", "quantization", "tensor")),
            entry("generation", Set.of("model", "batch", "nn", "image", "tensor")),
            entry("training", Set.of("objective", "adapter", "model", "nn", "checkpoint", "batch", "image", "tensor")));

    @ArchTest
    static void arrowsPointOneWay(JavaClasses classes) {
        var layers = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("root")
                .definedBy("dev.vireo");
        for (String name : MAY_USE.keySet()) {
            layers = switch (name) {
                case "model" -> layers.layer(name).definedBy("dev.vireo.model");
                case "families" -> layers.layer(name).definedBy("dev.vireo.model.*");
                default -> layers.layer(name).definedBy("dev.vireo." + name + "..");
            };
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
    static final ArchRule coreKnowsNoClusterAndNoSettingsFile = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "org.apache.arrow..", "org.apache.hadoop..", "com.typesafe..");

    @ArchTest
    static final ArchRule onlyTensorKnowsHowScriptsAreCalled = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vireo.tensor")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("ai\\.djl\\.pytorch\\.jni\\.(JniUtils|IValueUtils|IValue)");

    @ArchTest
    static final ArchRule nothingIsPrinted = noClasses().should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

    @ArchTest
    static void everyPackageIsNullMarked(JavaClasses classes) {
        assertThat(classes.getPackage("dev.vireo").getSubpackagesInTree())
                .filteredOn(each -> !each.getClasses().isEmpty())
                .allSatisfy(each -> assertThat(each.isAnnotatedWith(NullMarked.class))
                        .as(each.getName())
                        .isTrue());
    }
}
