// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/**
 * Where a worker listens, and whether what it sends is encrypted: where Spark encrypts its own traffic. Workers prove the
 * gang's secret to each other in any case.
 *
 * @param host the address of this worker, on which it listens and which the others can reach
 * @param encrypted whether values travel under AES-GCM
 */
record Transport(String host, boolean encrypted) {
    private static final String[] ENCRYPTION = {
        "spark.network.crypto.enabled", "spark.authenticate.enableSaslEncryption", "spark.ssl.rpc.enabled"
    };

    /** With the settings and the address of the executor in which this runs. */
    static Transport ofExecutor() {
        SparkEnv env = SparkEnv.get();
        return of(env.conf(), env.blockManager().blockManagerId().host());
    }

    /** With given settings on a given address of this machine. */
    static Transport of(SparkConf conf, String host) {
        boolean encrypted = false;
        for (String key : ENCRYPTION) {
            encrypted |= conf.getBoolean(key, false);
        }
        return new Transport(host, encrypted);
    }
}
