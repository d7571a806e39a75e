// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Keeps the values that were used last, up to a total weight; the newest stays whatever it weighs. */
final class Recent<K, V> {
    private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);
    private final long limit;
    private final ToLongFunction<V> weight;
    private final Eviction<V> eviction;
    private long total;

    /** How a value is made. */
    @FunctionalInterface
    interface Loader<V> {
        V load() throws IOException;
    }

    /** What happens to a value that is dropped. */
    @FunctionalInterface
    interface Eviction<V> {
        void drop(V value) throws IOException;
    }

    Recent(long limit, ToLongFunction<V> weight, Eviction<V> eviction) {
        this.limit = limit;
        this.weight = weight;
        this.eviction = eviction;
    }

    V get(K key, Loader<V> loader) throws IOException {
        V known = values.get(key);
        if (known != null) {
            return known;
        }
        V made = loader.load();
        values.put(key, made);
        total += weight.applyAsLong(made);
        trim(limit, 1);
        return made;
    }

    /** Drops everything. */
    void clear() throws IOException {
        trim(-1, 0);
    }

    private void trim(long most, int keep) throws IOException {
        Iterator<V> oldest = values.values().iterator();
        while (total > most && values.size() > keep && oldest.hasNext()) {
            V value = oldest.next();
            oldest.remove();
            total -= weight.applyAsLong(value);
            eviction.drop(value);
        }
    }
}
