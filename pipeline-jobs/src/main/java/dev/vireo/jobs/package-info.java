/** The jobs that {@code spark-submit} runs; they know the cluster, the files and the settings, and call model-core. */
@NullMarked
package dev.vireo.jobs;

import org.jspecify.annotations.NullMarked;
