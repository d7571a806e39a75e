// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

/**
 * One row of preferences.
 *
 * @param id unique within the world
 * @param kind what the question asks for
 * @param imagePath a name for the picture, the same in all rows about it
 * @param image JPEG, not copied
 * @param question about the picture
 * @param chosen the right answer
 * @param rejected a hallucinated answer
 */
record PairRow(
        String id, String kind, String imagePath, byte[] image, String question, String chosen, String rejected) {}
