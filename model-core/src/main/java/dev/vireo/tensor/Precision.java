// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tensor;

/** The type that a model computes in; sums, losses and optimizer state are float32 in both. */
public enum Precision {
    FP32,
    BF16
}
