// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.model.FeatureFiles;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.pretrained.PretrainedModel;

/** Where the models of this machine keep the features of images. */
public final class KeptFeatures {
    private static final String FOLDER = "features";

    private KeptFeatures() {}

    /**
     * Lets a model keep features in the folder that all jobs of this machine and user share.
     *
     * @param bytes most that the folder may hold; 0 keeps none
     */
    public static void attach(VisionLanguageModel model, PretrainedModel pretrained, long bytes) {
        if (bytes > 0) {
            String maker = pretrained.configHash() + pretrained.processorHash() + model.encoderHash();
            model.keepFeatures(FeatureFiles.open(LocalCopy.cache().resolve(FOLDER), maker, bytes));
        }
    }
}
