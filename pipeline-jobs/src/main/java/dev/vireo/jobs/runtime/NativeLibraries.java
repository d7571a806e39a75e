// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import java.util.Map;

/**
 * Keeps DJL to the natives that are in the jar or that {@code PYTORCH_LIBRARY_PATH} names: it downloads nothing and
 * reports nothing, on the driver and on executors. They are unpacked once into {@code DJL_CACHE_DIR}, by default
 * {@code .djl.ai} in the home directory, and moved into place in one step, so processes on one machine may share it. A
 * process that is asked to end while it computes ends without a crash.
 */
public final class NativeLibraries {
    /** What executors get in their environment. */
    static final Map<String, String> EXECUTOR_SETTINGS = Map.of(
            "spark.executorEnv.DJL_OFFLINE", "true",
            "spark.executorEnv.OPT_OUT_TRACKING", "true",
            // OpenMP threads that spin for long while they wait starve each other on a machine that is shared.
            "spark.executorEnv.GOMP_SPINCOUNT", "10000");

    /** The same as properties of this process, which give way to its environment. */
    private static final Map<String, String> PROPERTIES = Map.of("ai.djl.offline", "true", "OPT_OUT_TRACKING", "true");

    private NativeLibraries() {}

    /** Applies to this process. Call before the first tensor. */
    public static void prepare() {
        ProcessEnd.skipDestructors();
        PROPERTIES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
