// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.JsonObject;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of {@code metrics.jsonl}.
 *
 * @param step optimizer steps done, this one included
 * @param values by name, in the order in which they are written
 */
record StepRecord(long step, Map<String, Double> values) implements Serializable {
    StepRecord {
        // Not an unmodifiable view: those of maps are not serializable in every version of Java.
        values = new LinkedHashMap<>(values);
    }

    /** For {@link TrainReport#live}. */
    String toJson() {
        JsonObject line = new JsonObject();
        line.addProperty(Names.STEP, Long.toString(step));
        // As texts: JSON has no numbers that are not finite.
        values.forEach((name, value) -> line.addProperty(name, value.toString()));
        return line.toString();
    }

    /** Whether the gradient was not finite, so that the step changed nothing. */
    boolean isSkipped() {
        return values.getOrDefault(Names.SKIPPED, 0.0) > 0;
    }

    double value(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    /** Names that Vireo gives; the others are TRL's. */
    static final class Names {
        static final String STEP = "step";
        static final String EPOCH = "epoch";
        static final String LOSS = "loss";
        static final String LEARNING_RATE = "learning_rate";
        static final String GRAD_NORM = "grad_norm";
        static final String SECONDS = "seconds";
        static final String TOKENS = "tokens";
        static final String SKIPPED = "skipped";
        static final String TOKEN_RATE = "tokens_per_second";
        static final String FLOP_RATE = "teraflops_per_second";
        static final String DATA_SECONDS = "data_seconds";
        static final String KL = "kl";
        static final String EVAL = "eval_";

        private Names() {}
    }
}
