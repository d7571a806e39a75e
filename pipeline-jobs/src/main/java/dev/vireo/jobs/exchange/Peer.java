// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

/**
 * Where a worker listens.
 *
 * @param host that the other workers can reach
 * @param port of its socket
 */
record Peer(String host, int port) {}
