/**
 * Answers of a model to prompts with images, and the log-probabilities of given answers. Imports {@code model}, {@code
 * batch}, {@code nn} and {@code tensor}.
 */
@NullMarked
package dev.vireo.generation;

import org.jspecify.annotations.NullMarked;
