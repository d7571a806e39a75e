/** The Llama, Mistral and Qwen2 language models, which several families share. */
@NullMarked
package dev.vireo.model.llama;

import org.jspecify.annotations.NullMarked;
