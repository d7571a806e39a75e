// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.checkpoint.Fingerprint;
import dev.vireo.pretrained.PretrainedModel;
import java.util.Objects;
import java.util.Optional;

/**
 * What of a model decides its token ids and tiles. Models that agree here can use each other's shards, whatever their
 * weights are.
 *
 * @param modelType {@code model_type} of {@code config.json}
 * @param processorHash of everything that decides tiles and image tokens
 * @param tokenizerHash of everything that decides token ids
 * @param imageTokenId of the image placeholder
 */
public record ModelIdentity(String modelType, String processorHash, String tokenizerHash, int imageTokenId) {
    public ModelIdentity {
        Objects.requireNonNull(modelType, "modelType");
        Objects.requireNonNull(processorHash, "processorHash");
        Objects.requireNonNull(tokenizerHash, "tokenizerHash");
    }

    /** Of an open model. */
    public static ModelIdentity of(PretrainedModel model) {
        return new ModelIdentity(
                model.config().modelType(),
                Fingerprint.processor(model.directory()),
                Fingerprint.tokenizer(model.directory()),
                model.imageTokenId());
    }

    /** The first thing in which {@code other} differs, such as {@code another tokenizer (… , not …)}. */
    Optional<String> difference(ModelIdentity other) {
        if (!modelType.equals(other.modelType)) {
            return Optional.of("another model type (" + other.modelType + ", not " + modelType + ")");
        }
        if (!tokenizerHash.equals(other.tokenizerHash)) {
            return Optional.of(different("tokenizer", other.tokenizerHash, tokenizerHash));
        }
        if (!processorHash.equals(other.processorHash)) {
            return Optional.of(different("image processor", other.processorHash, processorHash));
        }
        return imageTokenId == other.imageTokenId
                ? Optional.empty()
                : Optional.of("another image token (" + other.imageTokenId + ", not " + imageTokenId + ")");
    }

    private static String different(String what, String theirs, String ours) {
        return "another " + what + " (" + brief(theirs) + ", not " + brief(ours) + ")";
    }

    static String brief(String hash) {
        return hash.length() > 12 ? hash.substring(0, 12) : hash;
    }
}
