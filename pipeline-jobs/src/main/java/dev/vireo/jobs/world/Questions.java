// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.util.List;
import java.util.SplittableRandom;

/** What can be asked about one scene. */
interface Questions {
    /** Questions about a scene. */
    static Questions about(Scene scene) {
        if (scene instanceof Scene.Shapes shapes) {
            return new ShapeQuestions(shapes);
        }
        return new ChartQuestions((Scene.Chart) scene);
    }

    /** Whether something is there, with the given answer. */
    Question yesNo(boolean yes, SplittableRandom random);

    /** Questions with short answers other than yes and no, in random order, each kind at least once where it can be asked. */
    List<Question> others(SplittableRandom random);

    /** Everything that the picture shows. */
    Question describe(SplittableRandom random);
}
