// SPDX-License-Identifier: Apache-2.0
/**
 * LoRA adapters on a model's linear modules: how one starts, is attached, and goes back to PEFT's files. May import
 * {@code nn}, {@code tensor} and {@code checkpoint}; knows no model family.
 */
@NullMarked
package dev.vireo.adapter;

import org.jspecify.annotations.NullMarked;
