// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import ai.djl.Device;
import dev.vireo.jobs.runtime.Devices;
import dev.vireo.jobs.runtime.NativeLibraries;
import dev.vireo.tensor.Script;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The models of this JVM. Tasks of one run that use the same model on the same device share it; it stays loaded between
 * them. When a task wants another one, those that nobody uses make room first.
 */
public final class LoadedModels {
    /** Tasks reach it only through their class loader, so it belongs to the JVM. */
    private static final LoadedModels HERE = new LoadedModels();

    private final Map<ModelSpec.Key, Entry> entries = new HashMap<>();

    private LoadedModels() {}

    /** A task's use of a model, until it is closed. */
    public static final class Lease implements AutoCloseable {
        private final LoadedModels owner;
        private final ModelSpec.Key key;
        private final Entry entry;
        private boolean open = true;

        private Lease(LoadedModels owner, ModelSpec.Key key, Entry entry) {
            this.owner = owner;
            this.key = key;
            this.entry = entry;
        }

        /** The model. */
        public LoadedModel model() {
            return entry.model;
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                owner.release(key, entry);
            }
        }
    }

    private static final class Entry {
        private final LoadedModel model;
        private int users;
        private boolean closeWhenIdle;

        Entry(LoadedModel model) {
            this.model = model;
        }
    }

    /** The model that a task computes with, on the device that Spark gave it; also sets the calling thread's CPU threads. */
    public static Lease lease(ModelSpec spec) throws IOException {
        NativeLibraries.prepare();
        Script.useThreads(spec.threads());
        return HERE.lease(spec, Devices.ofTask());
    }

    private synchronized Lease lease(ModelSpec spec, Device device) throws IOException {
        ModelSpec.Key key = spec.key(device);
        Entry entry = entries.get(key);
        if (entry == null) {
            entries.keySet().stream()
                    .filter(other -> other.device().equals(key.device()))
                    .toList()
                    .forEach(this::closeIfIdle);
            entry = new Entry(LoadedModel.load(spec, device));
            entries.put(key, entry);
        }
        entry.users++;
        return new Lease(this, key, entry);
    }

    private synchronized void release(ModelSpec.Key key, Entry entry) {
        entry.users--;
        if (entry.users == 0 && entry.closeWhenIdle) {
            closeIfIdle(key);
        }
    }

    private void closeIfIdle(ModelSpec.Key key) {
        Entry entry = entries.get(key);
        if (entry != null && entry.users == 0) {
            entries.remove(key);
            entry.model.close();
        }
    }

    /**
     * Frees a run's models and rows in this JVM, models in use as soon as they are not. For the end of a run on embedded
     * Spark; the executors of a cluster end with the application.
     */
    public static void close(String run) {
        HERE.closeRun(run);
        OpenShards.forget(run);
    }

    private synchronized void closeRun(String run) {
        List<ModelSpec.Key> mine = new ArrayList<>(entries.keySet());
        mine.removeIf(key -> !key.run().equals(run));
        for (ModelSpec.Key key : mine) {
            Entry entry = entries.get(key);
            if (entry != null) {
                entry.closeWhenIdle = true;
            }
            closeIfIdle(key);
        }
    }

    /** How many models are loaded, for tests of what stays. */
    static int loaded() {
        synchronized (HERE) {
            return HERE.entries.size();
        }
    }
}
