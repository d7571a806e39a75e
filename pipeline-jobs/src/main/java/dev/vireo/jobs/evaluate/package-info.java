// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code evaluate} job: a base model and any number of adapters on held-out rows. Losses, rewards and divergence, yes/no
 * questions, free answers, and the page that shows them beside the curves of training.
 */
@NullMarked
package dev.vireo.jobs.evaluate;

import org.jspecify.annotations.NullMarked;
