// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.util.List;

/** Says everything that is wrong with the arguments and settings of a run, one problem a line. */
public final class InvalidSettingsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final List<String> problems;

    /**
     * @param problems one full sentence each, in the order in which the user should read them
     */
    public InvalidSettingsException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** The problems, in the order of reading. */
    public List<String> problems() {
        return problems;
    }
}
