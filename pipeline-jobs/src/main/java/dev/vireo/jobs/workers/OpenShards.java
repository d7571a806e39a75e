// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rows that a run's tasks read: manifests and index are read once in a JVM and not once a task. */
public final class OpenShards {
    private static final Map<Key, ShardSet> HERE = new HashMap<>();

    private record Key(String run, List<String> directories) {}

    private OpenShards() {}

    /** The directories as tasks on any machine find them. */
    public static List<String> absolute(Storage storage, List<String> directories) throws IOException {
        List<String> absolute = new ArrayList<>();
        for (String directory : directories) {
            absolute.add(storage.absolute(directory));
        }
        return absolute;
    }

    /** The rows of some directories, as they were when the run first opened them. */
    public static ShardSet of(String run, Storage storage, List<String> directories) throws IOException {
        synchronized (HERE) {
            Key key = new Key(run, List.copyOf(directories));
            ShardSet shards = HERE.get(key);
            if (shards == null) {
                shards = ShardSet.open(storage, directories);
                HERE.put(key, shards);
            }
            return shards;
        }
    }

    static void forget(String run) {
        synchronized (HERE) {
            HERE.keySet().removeIf(key -> key.run().equals(run));
        }
    }
}
