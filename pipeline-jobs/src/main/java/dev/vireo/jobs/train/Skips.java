// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Steps whose gradient was not finite, so that they changed nothing. Confined to the driver's loop. */
final class Skips {
    private static final int MOST_NAMED = 20;

    private final int most;
    private final Map<Long, List<String>> inARow = new TreeMap<>();

    /** @param most steps in a row after which training stops, {@code train.max-skipped} */
    Skips(int most) {
        this.most = most;
    }

    /** How many steps up to the last one were skipped. */
    int inARow() {
        return inARow.size();
    }

    /** Takes in steps that count now, and the rows that made some of them fail. */
    void accept(List<StepRecord> steps, Map<Long, List<String>> notFinite) {
        for (StepRecord step : steps) {
            if (step.isSkipped()) {
                inARow.put(step.step(), notFinite.getOrDefault(step.step(), List.of()));
            } else {
                inARow.clear();
            }
        }
    }

    /** Forgets what will be repeated. */
    void forget() {
        inARow.clear();
    }

    /** Stops a run that goes nowhere. */
    void requireFew() throws IOException {
        if (inARow.size() < most) {
            return;
        }
        List<Long> steps = new ArrayList<>(inARow.keySet());
        throw new IOException("Cannot go on training: the gradients of " + steps.size() + " steps in a row, "
                + steps.get(0) + " to " + steps.get(steps.size() - 1) + ", were not finite; "
                + describe(inARow) + "; look at these rows, lower train.learning-rate, or raise train.max-skipped, "
                + "which is " + most);
    }

    /** Names the rows of steps that were skipped. */
    static String describe(Map<Long, List<String>> notFinite) {
        List<String> parts = new ArrayList<>();
        notFinite.forEach((step, ids) -> parts.add("step " + step + ": " + names(ids)));
        return String.join(", ", parts);
    }

    private static String names(List<String> ids) {
        if (ids.isEmpty()) {
            return "no row alone, only their sum";
        }
        String named = "rows " + String.join(" ", ids.subList(0, Math.min(ids.size(), MOST_NAMED)));
        return ids.size() > MOST_NAMED ? named + " and " + (ids.size() - MOST_NAMED) + " more" : named;
    }
}
