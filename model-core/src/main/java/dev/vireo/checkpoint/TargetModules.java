// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The {@code target_modules} of a PEFT configuration: a regular expression that whole module names match, or names of
 * which a module's name is one or ends with one.
 */
final class TargetModules {
    private final @Nullable Pattern expression;
    private final List<String> names;

    private TargetModules(@Nullable Pattern expression, List<String> names) {
        this.expression = expression;
        this.names = List.copyOf(names);
    }

    /** @throws RuntimeException if it is neither a text nor an array of texts */
    static TargetModules of(JsonElement json) {
        if (json.isJsonArray()) {
            return new TargetModules(
                    null,
                    json.getAsJsonArray().asList().stream()
                            .map(JsonElement::getAsString)
                            .toList());
        }
        return new TargetModules(Pattern.compile(json.getAsString()), List.of());
    }

    /** Whole names, which match themselves. */
    static TargetModules exactly(Collection<String> modules) {
        return new TargetModules(null, List.copyOf(new TreeSet<>(modules)));
    }

    /**
     * The shortest description that matches {@code adapted} and nothing else among {@code all}: an expression over the
     * model's parts and the modules' last names where there is one, otherwise the whole names.
     */
    static TargetModules describing(Collection<String> adapted, Collection<String> all) {
        Pattern pattern = Pattern.compile(".*(" + alternatives(adapted, TargetModules::part) + ").*\\.("
                + alternatives(adapted, TargetModules::leaf) + ")");
        TargetModules short_ = new TargetModules(pattern, List.of());
        boolean exact = all.stream().allMatch(name -> short_.matches(name) == adapted.contains(name));
        return exact ? short_ : exactly(adapted);
    }

    private static String alternatives(Collection<String> modules, java.util.function.Function<String, String> piece) {
        return modules.stream().map(piece).distinct().sorted().collect(Collectors.joining("|"));
    }

    /** The part of the model that a module belongs to: {@code language_model} of {@code model.language_model.layers.0.x}. */
    static String part(String module) {
        String[] pieces = module.split("\\.", 3);
        return pieces.length > 2 ? pieces[1] : pieces[0];
    }

    private static String leaf(String module) {
        return module.substring(module.lastIndexOf('.') + 1);
    }

    boolean matches(String module) {
        if (expression != null) {
            return expression.matcher(module).matches();
        }
        return names.stream().anyMatch(name -> module.equals(name) || module.endsWith("." + name));
    }

    JsonElement toJson() {
        if (expression != null) {
            return new JsonPrimitive(expression.pattern());
        }
        JsonArray array = new JsonArray();
        names.forEach(array::add);
        return array;
    }

    @Override
    public String toString() {
        return toJson().toString();
    }
}
