/**
 * The losses. Each objective is a record of its settings with a TorchScript file beside it; what DPO's losses differ in is a
 * file each in {@code pair/} and {@code divergence/}. Gradients come from autograd. Imports {@code tensor} only.
 *
 * <p>Shape legend: N rows (pairs) of a micro-batch, M scored tokens. Log-probabilities in nats.
 */
@NullMarked
package dev.vireo.objective;

import org.jspecify.annotations.NullMarked;
