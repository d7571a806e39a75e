/** Preference tuning of vision-language models; the packages below know models and data, never a cluster. */
@NullMarked
package dev.vireo;

import org.jspecify.annotations.NullMarked;
