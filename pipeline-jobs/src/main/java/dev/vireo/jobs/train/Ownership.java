// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A driver's claim on a run's output: {@code checkpoints/_drivers/N.json}, created exclusively, with N one higher than the
 * last driver's. The newest owns the output. An older one that still lives finds out before it writes anything that
 * counts, and stops; no clock decides, so a driver that died never holds up the next.
 */
final class Ownership {
    private static final Pattern NAME = Pattern.compile("(\\d+)\\.json");

    private final Storage storage;
    private final String output;
    private final String directory;
    private final long number;
    private final String claim;

    private Ownership(Storage storage, String output, String directory, long number, String claim) {
        this.storage = storage;
        this.output = output;
        this.directory = directory;
        this.number = number;
        this.claim = claim;
    }

    /** Takes an output over from whoever had it. */
    static Ownership claim(Storage storage, String output) throws IOException {
        String directory = Storage.child(output, "checkpoints/_drivers");
        storage.createDirectory(directory);
        String claim = self();
        while (true) {
            long number = newest(storage, directory) + 1;
            try {
                storage.createExclusive(file(directory, number), claim.getBytes(StandardCharsets.UTF_8));
            } catch (FileAlreadyExistsException e) {
                // Another driver starts at this moment; one of the two comes last.
                continue;
            }
            for (FileEntry entry : storage.list(directory)) {
                // Without a number it is a claim that another driver is writing.
                if (number(entry) > 0 && number(entry) < number) {
                    storage.delete(entry.path());
                }
            }
            return new Ownership(storage, output, directory, number, claim);
        }
    }

    /** The number of this driver among those of the output, from 1. */
    long number() {
        return number;
    }

    /**
     * Checks that no later driver took over.
     *
     * @throws IOException naming the one that did
     */
    void require() throws IOException {
        long newest = newest();
        if (!isOurs(newest)) {
            throw new IOException("Cannot go on training: another run took over --output " + output + who(newest)
                    + "; this one stops and leaves the output to it");
        }
    }

    /** Whether no later driver took over. */
    boolean isOurs() throws IOException {
        return isOurs(newest());
    }

    private boolean isOurs(long newest) throws IOException {
        // The same number is another's where the output was overwritten meanwhile.
        return newest == number && storage.readText(file(directory, number)).equals(claim);
    }

    private long newest() throws IOException {
        return storage.exists(directory) ? newest(storage, directory) : 0;
    }

    /** Gives the finished output up; who checks from now on finds that it is not his any more. */
    void release() throws IOException {
        storage.delete(directory);
    }

    private String who(long newest) {
        try {
            JsonObject other = JsonParser.parseString(storage.readText(file(directory, newest)))
                    .getAsJsonObject();
            return " (process " + text(other, "process") + " on " + text(other, "host") + ", since "
                    + text(other, "started") + ")";
        } catch (IOException | JsonParseException | IllegalStateException e) {
            return "";
        }
    }

    private static @Nullable String text(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsString() : "unknown";
    }

    private static String self() {
        JsonObject self = new JsonObject();
        self.addProperty("process", Long.toString(ProcessHandle.current().pid()));
        self.addProperty("host", host());
        self.addProperty("started", Instant.now().toString());
        self.addProperty("claim", UUID.randomUUID().toString());
        return self.toString();
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "an unnamed host";
        }
    }

    private static String file(String directory, long number) {
        return Storage.child(directory, number + ".json");
    }

    private static long newest(Storage storage, String directory) throws IOException {
        long newest = 0;
        for (FileEntry entry : storage.list(directory)) {
            newest = Math.max(newest, number(entry));
        }
        return newest;
    }

    private static long number(FileEntry entry) {
        Matcher name = NAME.matcher(entry.name());
        return name.matches() ? Long.parseLong(name.group(1)) : 0;
    }
}
