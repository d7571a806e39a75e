// SPDX-License-Identifier: Apache-2.0
/**
 * Sums over the workers of a training run. The driver brings a gang of workers together ({@link
 * dev.vireo.jobs.exchange.Rendezvous}, reached through Spark's plugin calls) and numbers every gang with a generation;
 * workers in several processes then sum over sockets, threads of one process over shared memory, in the same order and
 * to the same bits.
 *
 * <p>The sockets are Java's own: values go from the memory of a tensor to the socket and back without a copy on the heap,
 * which makes the sum several times as fast as over Spark's transport library ({@code docs/performance.md}). A worker
 * proves itself with an HMAC of the gang's secret before anything it sends is read, and where Spark encrypts its traffic
 * ({@code spark.network.crypto.*}, {@code spark.ssl.rpc.*}) values travel under AES-GCM. The secret is not Spark's: the
 * driver draws one for each generation, so a worker of an earlier gang cannot even connect. May not import the jobs.
 */
@NullMarked
package dev.vireo.jobs.exchange;

import org.jspecify.annotations.NullMarked;
