// SPDX-License-Identifier: Apache-2.0
/**
 * Sums over the workers of a training run. The driver brings a gang of workers together ({@link
 * dev.vireo.jobs.exchange.Rendezvous}, reached through Spark's plugin calls) and numbers every gang with a generation;
 * workers in several processes then sum over sockets, threads of one process over shared memory, in the same order and
 * to the same bits.
 *
 * <p>The sockets are those of Spark's transport library, the one that the shuffle uses. It brings mutual authentication
 * by a shared key, AES-GCM and TLS as the Spark settings ask for ({@code spark.network.crypto.*}, {@code
 * spark.ssl.rpc.*}), none of which plain NIO has, and a gradient crosses in milliseconds where a step takes seconds. The
 * key is not Spark's: the driver draws one for each generation, so a worker of an earlier gang cannot even connect. May
 * not import the jobs.
 */
@NullMarked
package dev.vireo.jobs.exchange;

import org.jspecify.annotations.NullMarked;
