/** LLaVA-1.5: CLIP, two linears, Llama (Liu et al. 2023, arXiv 2310.03744). */
@NullMarked
package dev.vireo.model.llava;

import org.jspecify.annotations.NullMarked;
