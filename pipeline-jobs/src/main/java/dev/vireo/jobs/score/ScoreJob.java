// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.score;

import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import java.io.IOException;

/** {@code vireo score}. */
public final class ScoreJob implements Job {
    @Override
    public void run(JobContext context) throws IOException {
        JobArguments arguments = context.arguments();
        var request = new ScoreRequest(
                arguments.model(),
                arguments.adapter(),
                arguments.inputs(),
                ScoreRequest.Answers.OWN,
                arguments.output(),
                arguments.overwrite());
        Scores.write(context, request).print(context.console());
    }
}
