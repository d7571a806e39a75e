// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.jobs.storage.Storage;

/**
 * A shard of a set.
 *
 * @param directory of its manifest
 * @param entry what the manifest says about it
 * @param images how its pictures became tiles
 * @param firstRow number of its first row in the set
 */
record ShardPlace(String directory, ShardEntry entry, ImageRules images, int firstRow) {
    String indexFile() {
        return Storage.child(directory, entry.index().name());
    }

    String rowFile() {
        return Storage.child(directory, entry.rowFile().name());
    }

    String imageFile() {
        return Storage.child(directory, entry.imageFile().name());
    }
}
