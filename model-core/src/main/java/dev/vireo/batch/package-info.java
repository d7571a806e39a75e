/** Rows as packed sequences: the prompt and its images once, every answer behind them. Imports {@code image} and {@code tensor}. */
@NullMarked
package dev.vireo.batch;

import org.jspecify.annotations.NullMarked;
