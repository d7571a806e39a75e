/** The Llama, Mistral, Qwen2 and Gemma language models, which several families share. */
@NullMarked
package dev.vireo.model.llama;

import org.jspecify.annotations.NullMarked;
