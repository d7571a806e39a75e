// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.score;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import dev.vireo.checkpoint.Fingerprint;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What scores belong to. Two runs with equal keys give the same scores; the scores of another key are another column.
 *
 * @param modelHash of the model's weights and configuration
 * @param adapterHash of the adapter, or {@link #NO_ADAPTER}
 * @param shardsHash of the rows' ids and tiles
 * @param precision in which the model computed
 * @param base how the model's frozen weights were held
 */
public record ScoreKey(String modelHash, String adapterHash, String shardsHash, Precision precision, BaseFormat base) {
    /** In place of an adapter's hash: the model alone. */
    public static final String NO_ADAPTER = "none";

    /** Where the key lies in an output of {@code score}. */
    static final String FILE = "_KEY.json";

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    public ScoreKey {
        Objects.requireNonNull(modelHash, "modelHash");
        Objects.requireNonNull(adapterHash, "adapterHash");
        Objects.requireNonNull(shardsHash, "shardsHash");
        Objects.requireNonNull(precision, "precision");
        Objects.requireNonNull(base, "base");
    }

    /**
     * The key of the scores that a model would give rows now.
     *
     * @param adapter directory, or null for the model alone
     */
    public static ScoreKey of(
            Storage storage,
            String model,
            @Nullable String adapter,
            ShardSet shards,
            Precision precision,
            BaseFormat base)
            throws IOException {
        return new ScoreKey(
                Fingerprint.weights(LocalCopy.of(storage, model)),
                adapter == null ? NO_ADAPTER : Fingerprint.adapter(LocalCopy.of(storage, adapter)),
                shards.contentHash(),
                precision,
                base);
    }

    /** The key of the same model's scores of other answers to the same prompts. */
    public ScoreKey with(ScoreRequest.Answers answers) {
        return switch (answers) {
            case OWN -> this;
            case MISMATCHED -> new ScoreKey(modelHash, adapterHash, "mismatched " + shardsHash, precision, base);
        };
    }

    /** The content of the key file. */
    public String toJson() {
        return GSON.toJson(this);
    }

    static ScoreKey read(Storage storage, String directory) throws IOException {
        String file = Storage.child(directory, FILE);
        if (!storage.exists(file)) {
            throw unusable(directory, "it has no " + FILE + "; expected an output of score");
        }
        try {
            return Objects.requireNonNull(GSON.fromJson(storage.readText(file), ScoreKey.class), "empty file");
        } catch (JsonParseException | NullPointerException e) {
            InvalidSettingsException told = unusable(directory, FILE + " cannot be read: " + e.getMessage());
            told.initCause(e);
            throw told;
        }
    }

    /**
     * Checks that scores in a directory are those that are wanted.
     *
     * @throws InvalidSettingsException naming everything that differs
     */
    void require(String directory, ScoreKey wanted) {
        List<String> differences = new ArrayList<>();
        compare("model", modelHash, wanted.modelHash, differences);
        compare("adapter", adapterHash, wanted.adapterHash, differences);
        compare("shards", shardsHash, wanted.shardsHash, differences);
        compare("precision", precision.name(), wanted.precision.name(), differences);
        compare("model.base", base.name(), wanted.base.name(), differences);
        if (!differences.isEmpty()) {
            throw unusable(
                    directory,
                    "its scores are of " + String.join(", ", differences)
                            + "; run score again with this model, adapter and shards");
        }
    }

    private static void compare(String what, String have, String want, List<String> differences) {
        if (!have.equals(want)) {
            differences.add("another " + what + " (" + brief(have) + ", wanted " + brief(want) + ")");
        }
    }

    private static String brief(String hash) {
        return hash.length() > 12 ? hash.substring(0, 12) : hash;
    }

    static InvalidSettingsException unusable(String directory, String reason) {
        return new InvalidSettingsException(List.of("Cannot use the scores in " + directory + ": " + reason));
    }
}
