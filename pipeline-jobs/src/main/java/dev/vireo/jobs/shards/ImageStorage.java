// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import com.google.gson.annotations.SerializedName;

/** What a shard holds of an image beside its original bytes. */
public enum ImageStorage {
    /** The resized pixels. */
    @SerializedName("tiles")
    TILES,
    /** Nothing: the reader decodes and resizes the original bytes, and comes to the same pixels. */
    @SerializedName("source")
    SOURCE
}
