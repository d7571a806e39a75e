// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.Gson;

/**
 * Why a worker failed, as it tells the driver.
 *
 * @param reason with rank and values
 * @param permanent whether repeating would fail again
 */
record WorkerFailure(String reason, boolean permanent) {
    String toJson() {
        return new Gson().toJson(this);
    }

    static WorkerFailure parse(String json) {
        return new Gson().fromJson(json, WorkerFailure.class);
    }
}
