// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

/**
 * Divergences that may tie the policy to the reference (Wang et al. 2023, arXiv 2309.16240); the files in {@code divergence/}
 * give what each makes of a log-ratio.
 */
public enum Divergence {
    REVERSE_KL("ReverseKl"),
    FORWARD_KL("ForwardKl"),
    JS("JensenShannon"),
    ALPHA("Alpha");

    private final String file;

    Divergence(String file) {
        this.file = file;
    }

    String source() {
        return "divergence/" + file + ".py";
    }
}
