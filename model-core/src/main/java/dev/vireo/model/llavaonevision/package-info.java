/** LLaVA-OneVision: tiles as LLaVA-1.6 has them, but many more, their features shrunk to a limit; SigLIP and Qwen2. */
@NullMarked
package dev.vireo.model.llavaonevision;

import org.jspecify.annotations.NullMarked;
