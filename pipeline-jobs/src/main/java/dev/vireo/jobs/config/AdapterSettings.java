// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import dev.vireo.merging.Combination;
import java.util.List;

/**
 * Settings of the {@code adapter} jobs.
 *
 * @param method how several adapters become one
 * @param weights of the adapters in the order given; empty weighs all alike
 * @param svdRank rank of {@link Combination#SVD}; 0 is the largest of the adapters' own
 * @param saveAs type of a merged model's weights
 * @param shardGigabytes most of a weight file of a merged model
 * @param eachModule whether inspect shows every module by itself
 */
public record AdapterSettings(
        Combination method,
        List<Double> weights,
        int svdRank,
        SaveAs saveAs,
        double shardGigabytes,
        boolean eachModule) {
    public AdapterSettings {
        weights = List.copyOf(weights);
    }

    /** The type of the weights of a merged model. */
    public enum SaveAs {
        /** Each as in the model's files. */
        AS_IS,
        /** float32. */
        FP32,
        /** bfloat16, rounded to the nearest. */
        BF16
    }

    /** Most bytes of a weight file. */
    public long shardBytes() {
        return Math.max(1, Math.round(shardGigabytes * 1e9));
    }

    static AdapterSettings read(SettingsReader reader) {
        AdapterSettings settings = new AdapterSettings(
                reader.choice("method", Combination.class),
                reader.numbers("weights"),
                reader.count("rank", 0),
                reader.choice("save-as", SaveAs.class),
                reader.positive("shard-size"),
                reader.flag("each-module"));
        if (settings.weights.stream().anyMatch(weight -> weight.isNaN() || weight.isInfinite())) {
            reader.invalid("weights", "finite numbers");
        }
        return settings;
    }
}
