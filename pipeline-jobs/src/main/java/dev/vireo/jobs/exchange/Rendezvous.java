// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.exchange.ExchangeFailedException.Kind;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The driver's side: knows the gangs that may run now, draws their keys, tells workers of each other, and remembers which
 * worker failed first. Messages are JSON texts, so that Spark needs no class of ours to read them. Safe for use by
 * several threads; no call waits.
 */
public final class Rendezvous {
    private static final int KEY_BYTES = 32;
    /** The longest time until a worker of a small gang asks again. */
    private static final long POLL_MILLIS = 20;
    /** The same as a share of the time for which the gang waits: most come at the same moment, some after minutes. */
    private static final double POLL_SHARE = 0.25;
    /** How often all workers of a gang that is not complete may ask; the driver answers one after the other. */
    private static final int POLLS_A_MILLISECOND = 2;

    private final Map<String, Entry> gangs = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private volatile BooleanSupplier endEarly = () -> false;

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

    /** Says whether workers that report are told to end their segment early. */
    public void endEarly(BooleanSupplier asked) {
        endEarly = asked;
    }

    /** Where the workers of a gang that came so far run, by rank. */
    public SortedMap<Integer, Place> places(Gang gang) {
        Entry entry = gangs.get(gang.id());
        return entry == null ? new TreeMap<>() : entry.places();
    }

    /** Ranks that entered and did not say that they leave. */
    public Set<Integer> staying(Gang gang) {
        Entry entry = gangs.get(gang.id());
        return entry == null ? Set.of() : entry.staying();
    }

    /** What the first worker said that left because of what it saw of another one, if one did. */
    public Optional<String> reason(Gang gang, Kind kind) {
        Entry entry = gangs.get(gang.id());
        return entry == null ? Optional.empty() : entry.reason(kind);
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
        if (request.has("rank") && !entry.hasRank(request.get("rank").getAsInt())) {
            reply.addProperty("refused", "there is no rank " + request.get("rank") + " of " + entry.gang.worldSize());
            return reply.toString();
        }
        switch (request.get("call").getAsString()) {
            case "enter" -> entry.enter(request, reply);
            case "join" -> entry.join(request, reply);
            case "fail" -> entry.fail(request.get("text").getAsString());
            case "left" -> entry.left(request);
            case "report" -> report(entry, request, reply);
            default -> reply.addProperty("refused", "no such call: " + request.get("call"));
        }
        return reply.toString();
    }

    private void report(Entry entry, JsonObject request, JsonObject reply) {
        entry.reports.accept(request.get("text").getAsString());
        if (endEarly.getAsBoolean()) {
            reply.addProperty("end", true);
        }
    }

    /** One gang that may run. */
    private static final class Entry {
        private final Gang gang;
        private final String key;
        private final Consumer<String> reports;
        private final @Nullable Peer[] peers;
        private final SortedMap<Integer, Place> places = new TreeMap<>();
        private final Set<Integer> left = new HashSet<>();
        private final Map<Kind, String> reasons = new EnumMap<>(Kind.class);
        private final Groups groups;
        private int joined;
        private long firstJoined;
        private @Nullable String failure;

        Entry(Gang gang, String key, Consumer<String> reports) {
            this.gang = gang;
            this.key = key;
            this.reports = reports;
            this.peers = new Peer[gang.worldSize()];
            this.groups = Groups.of(gang.worldSize());
        }

        boolean hasRank(int rank) {
            return rank >= 0 && rank < peers.length;
        }

        synchronized void enter(JsonObject request, JsonObject reply) {
            places.put(
                    request.get("rank").getAsInt(),
                    new Place(
                            request.get("executor").getAsString(),
                            request.get("host").getAsString()));
            reply.addProperty("key", key);
        }

        synchronized void left(JsonObject request) {
            left.add(request.get("rank").getAsInt());
            if (request.has("kind")) {
                reasons.putIfAbsent(
                        Kind.valueOf(request.get("kind").getAsString()),
                        request.get("reason").getAsString());
            }
        }

        synchronized SortedMap<Integer, Place> places() {
            return new TreeMap<>(places);
        }

        synchronized Set<Integer> staying() {
            Set<Integer> staying = new HashSet<>(places.keySet());
            staying.removeAll(left);
            return staying;
        }

        synchronized Optional<String> reason(Kind kind) {
            return Optional.ofNullable(reasons.get(kind));
        }

        synchronized void join(JsonObject request, JsonObject reply) {
            int rank = request.get("rank").getAsInt();
            Peer peer = new Peer(
                    request.get("host").getAsString(), request.get("port").getAsInt());
            Peer before = peers[rank];
            if (before != null && !before.equals(peer)) {
                reply.addProperty("refused", "rank " + rank + " is taken by " + before);
                return;
            }
            if (before == null) {
                peers[rank] = peer;
                firstJoined = joined == 0 ? System.nanoTime() : firstJoined;
                joined++;
            }
            if (joined < peers.length) {
                reply.addProperty("wait", waitMillis());
                return;
            }
            reply.add("peers", neighbours(rank));
        }

        private long waitMillis() {
            long share = (long) ((System.nanoTime() - firstJoined) / 1_000_000 * POLL_SHARE);
            return Math.max(Math.max(1, peers.length / POLLS_A_MILLISECOND), Math.min(POLL_MILLIS, share));
        }

        /** Only this worker and those whom it will call, or will be called by. */
        private JsonArray neighbours(int rank) {
            JsonArray all = new JsonArray();
            Set<Integer> ranks = groups.neighbours(rank);
            ranks.add(rank);
            for (int other : ranks) {
                Peer each = java.util.Objects.requireNonNull(peers[other]);
                JsonObject one = new JsonObject();
                one.addProperty("rank", other);
                one.addProperty("host", each.host());
                one.addProperty("port", each.port());
                all.add(one);
            }
            return all;
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
