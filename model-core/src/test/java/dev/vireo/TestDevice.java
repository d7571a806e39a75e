// SPDX-License-Identifier: Apache-2.0
package dev.vireo;

import ai.djl.Device;

/** Where the tests that are tagged {@code gpu} compute: on the CPU, or with {@code mvn -Pgpu test} on a GPU. */
public final class TestDevice {
    private static final Device DEVICE = Device.fromName(System.getProperty("vireo.test.device", "cpu"));

    private TestDevice() {}

    public static Device get() {
        return DEVICE;
    }
}
