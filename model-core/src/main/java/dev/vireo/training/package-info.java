/**
 * One optimizer step: data order, gradients, optimizer, schedule, metrics. Knows of other workers only what {@link
 * dev.vireo.training.GradientExchange} says; the network behind it belongs to the jobs.
 */
@NullMarked
package dev.vireo.training;

import org.jspecify.annotations.NullMarked;
