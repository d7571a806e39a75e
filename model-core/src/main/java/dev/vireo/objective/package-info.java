/**
 * The losses: supervised fine-tuning, direct preference optimisation, odds-ratio preference optimisation. Each is one
 * TorchScript file beside the record of its settings; gradients come from autograd. Imports {@code tensor} only.
 *
 * <p>Shape legend: N rows (pairs) of a micro-batch, M scored tokens. Log-probabilities in nats.
 */
@NullMarked
package dev.vireo.objective;

import org.jspecify.annotations.NullMarked;
