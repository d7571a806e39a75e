// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.adapter.LoraPart;
import dev.vireo.checkpoint.LoraVariant;
import dev.vireo.checkpoint.ModelPart;
import dev.vireo.jobs.config.LoraPartSettings;
import dev.vireo.jobs.config.LoraSettings;
import java.util.Map;

/** From settings to adapters. */
final class Adapters {
    private Adapters() {}

    static dev.vireo.adapter.LoraSettings of(LoraSettings lora) {
        return new dev.vireo.adapter.LoraSettings(
                lora.loraRank(),
                lora.alpha(),
                lora.dropout(),
                lora.targets(),
                new LoraVariant(lora.rankStabilised(), lora.dora()),
                Map.of(
                        ModelPart.TOWER, of(lora.tower()),
                        ModelPart.PROJECTOR, of(lora.projector()),
                        ModelPart.LANGUAGE, of(lora.language())));
    }

    private static LoraPart of(LoraPartSettings part) {
        return new LoraPart(part.targets(), part.loraRank(), part.alpha());
    }
}
