// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import java.io.Serializable;

/** The work of a task; goes to executors by Java serialization. */
@FunctionalInterface
public interface PartWork extends Serializable {
    /** Computes a part. May run several times for one part, also at once: it writes files of names that nobody else has. */
    PartResult run(int part) throws Exception;
}
