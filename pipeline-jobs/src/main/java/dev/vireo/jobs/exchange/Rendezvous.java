// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The driver's side: knows the gangs that may run now, draws their keys, tells workers of each other, and remembers which
 * worker failed first. Messages are JSON texts, so that Spark needs no class of ours to read them. Safe for use by
 * several threads; no call waits.
 */
public final class Rendezvous {
    private static final int KEY_BYTES = 32;

    private final Map<String, Entry> gangs = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    /**
     * Admits a gang; an older one of the same run is shut out.
     *
     * @param reports receives what workers {@link WorkerPort#report}; called on a network thread, returns at once
     */
    public void open(Gang gang, Consumer<String> reports) {
        closeRun(gang.run());
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        gangs.put(gang.id(), new Entry(gang, HexFormat.of().formatHex(key), reports));
    }

    /** Shuts out all gangs of a run. */
    public void closeRun(String run) {
        gangs.values().removeIf(entry -> entry.gang.run().equals(run));
    }

    /** What the worker that failed first said, if one did. */
    public Optional<String> firstFailure(Gang gang) {
        Entry entry = gangs.get(gang.id());
        return entry == null ? Optional.empty() : entry.failure();
    }

    /** Answers a message of a worker. */
    String receive(String message) {
        JsonObject request = JsonParser.parseString(message).getAsJsonObject();
        String id = request.get("gang").getAsString();
        Entry entry = gangs.get(id);
        JsonObject reply = new JsonObject();
        if (entry == null) {
            reply.addProperty("refused", "gang " + id + " is not the one that runs now");
            return reply.toString();
        }
        switch (request.get("call").getAsString()) {
            case "enter" -> reply.addProperty("key", entry.key);
            case "join" -> entry.join(request, reply);
            case "fail" -> entry.fail(request.get("text").getAsString());
            case "report" -> entry.reports.accept(request.get("text").getAsString());
            default -> reply.addProperty("refused", "no such call: " + request.get("call"));
        }
        return reply.toString();
    }

    /** One gang that may run. */
    private static final class Entry {
        private final Gang gang;
        private final String key;
        private final Consumer<String> reports;
        private final @Nullable Peer[] peers;
        private @Nullable String failure;

        Entry(Gang gang, String key, Consumer<String> reports) {
            this.gang = gang;
            this.key = key;
            this.reports = reports;
            this.peers = new Peer[gang.worldSize()];
        }

        synchronized void join(JsonObject request, JsonObject reply) {
            int rank = request.get("rank").getAsInt();
            Peer peer = new Peer(
                    request.get("host").getAsString(), request.get("port").getAsInt());
            if (rank < 0 || rank >= peers.length) {
                reply.addProperty("refused", "there is no rank " + rank + " of " + peers.length);
                return;
            }
            Peer before = peers[rank];
            if (before != null && !before.equals(peer)) {
                reply.addProperty("refused", "rank " + rank + " is taken by " + before);
                return;
            }
            peers[rank] = peer;
            JsonArray all = new JsonArray();
            for (Peer each : peers) {
                if (each == null) {
                    return;
                }
                JsonObject one = new JsonObject();
                one.addProperty("host", each.host());
                one.addProperty("port", each.port());
                all.add(one);
            }
            reply.add("peers", all);
        }

        synchronized void fail(String text) {
            if (failure == null) {
                failure = text;
            }
        }

        synchronized Optional<String> failure() {
            return Optional.ofNullable(failure);
        }
    }
}
