// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.model.VisionLanguageModel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The model that {@code kl} compares a policy with: what is below its adapter, or where all parameters are trained the
 * checkpoint that they started from. Confined to one thread at a time.
 */
public final class BaseModel implements AutoCloseable {
    private final Supplier<VisionLanguageModel> source;
    private final boolean owned;
    private @Nullable VisionLanguageModel model;

    private BaseModel(Supplier<VisionLanguageModel> source, boolean owned) {
        this.source = source;
        this.owned = owned;
    }

    /**
     * The model itself without its adapter.
     *
     * @param adapted stays the caller's
     */
    public static BaseModel below(VisionLanguageModel adapted) {
        return new BaseModel(() -> adapted, false);
    }

    /**
     * A checkpoint, opened when it is first needed and closed with this.
     *
     * @param loader gives it with frozen weights, of the policy's family and sizes
     */
    public static BaseModel opened(Supplier<VisionLanguageModel> loader) {
        return new BaseModel(loader, true);
    }

    /** The model, to be run with {@link dev.vireo.nn.Block.Weights#BASE}. */
    public VisionLanguageModel model() {
        VisionLanguageModel held = model;
        if (held == null) {
            held = source.get();
            model = held;
        }
        return held;
    }

    @Override
    public void close() {
        VisionLanguageModel held = model;
        if (owned && held != null) {
            held.close();
        }
        model = null;
    }
}
