// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A worker's side of the {@link Rendezvous}. */
final class RendezvousClient {
    /** Carries a message to the driver and its answer back. */
    @FunctionalInterface
    interface Call {
        String ask(String message) throws Exception;
    }

    private final Call driver;

    RendezvousClient(Call driver) {
        this.driver = driver;
    }

    /** Asks to take part; the answer is the gang's key. */
    String enter(Gang gang, int rank, Place place) {
        JsonObject message = message(gang, "enter");
        message.addProperty("rank", rank);
        message.addProperty("executor", place.executor());
        message.addProperty("host", place.host());
        return ask(gang, rank, message).get("key").getAsString();
    }

    /** Says where this worker listens and waits until all others did, too; those it will exchange with, by rank. */
    Map<Integer, Peer> join(Gang gang, int rank, Peer self) throws InterruptedException {
        JsonObject message = message(gang, "join");
        message.addProperty("rank", rank);
        message.addProperty("host", self.host());
        message.addProperty("port", self.port());
        long deadline = System.nanoTime() + gang.joinDeadline().toNanos();
        while (true) {
            JsonObject reply = ask(gang, rank, message);
            if (reply.has("peers")) {
                Map<Integer, Peer> peers = new TreeMap<>();
                for (JsonElement each : reply.getAsJsonArray("peers")) {
                    JsonObject one = each.getAsJsonObject();
                    peers.put(
                            one.get("rank").getAsInt(),
                            new Peer(
                                    one.get("host").getAsString(),
                                    one.get("port").getAsInt()));
                }
                return peers;
            }
            if (System.nanoTime() > deadline) {
                String reason = "not all " + gang.worldSize() + " workers appeared within " + gang.joinMillis() + " ms";
                throw new ExchangeFailedException(rank, -1, reason, null);
            }
            Thread.sleep(reply.get("wait").getAsLong());
        }
    }

    /** Tells the driver why this worker fails, before the others notice that it is gone. */
    void fail(Gang gang, int rank, String reason) {
        ask(gang, rank, text(gang, "fail", reason));
    }

    /**
     * Tells the driver that this worker lives and leaves the gang.
     *
     * @param failure what it saw of another worker; null if it leaves for another reason
     */
    void left(Gang gang, int rank, @Nullable ExchangeFailedException failure) {
        JsonObject message = message(gang, "left");
        message.addProperty("rank", rank);
        if (failure != null) {
            message.addProperty("kind", failure.kind().name());
            message.addProperty("reason", failure.getMessage());
        }
        ask(gang, rank, message);
    }

    /** Tells the driver how far the gang is, and says whether it wants the workers to end behind this step. */
    boolean report(Gang gang, int rank, String text) {
        return ask(gang, rank, text(gang, "report", text)).has("end");
    }

    private static JsonObject text(Gang gang, String call, String text) {
        JsonObject message = message(gang, call);
        message.addProperty("text", text);
        return message;
    }

    private static JsonObject message(Gang gang, String call) {
        JsonObject message = new JsonObject();
        message.addProperty("call", call);
        message.addProperty("gang", gang.id());
        return message;
    }

    private JsonObject ask(Gang gang, int rank, JsonObject message) {
        JsonObject reply;
        try {
            reply = JsonParser.parseString(driver.ask(message.toString())).getAsJsonObject();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExchangeFailedException(rank, -1, "interrupted", e);
        } catch (Exception e) {
            throw new ExchangeFailedException(rank, -1, "the driver does not answer: " + e.getMessage(), e);
        }
        @Nullable JsonElement refused = reply.get("refused");
        if (refused != null) {
            throw new ExchangeFailedException(rank, -1, "refused by the driver: " + refused.getAsString(), null);
        }
        return reply;
    }
}
