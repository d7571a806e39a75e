// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.jna.Library;
import com.sun.jna.Native;
import dev.vireo.jobs.exchange.ExchangePlugin;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Makes faults in executors. {@code spark.vireo.test.faults} lists them as {@code EXECUTOR SIGNAL FILE FRAME}, separated by
 * {@code ;}: once the file exists and a thread of the executor is in the frame, the executor sends itself the signal, and
 * leaves its process id in the file {@code OUTPUT.fault-EXECUTOR}. With {@code STALL} for a signal that thread alone never
 * goes on, whatever is asked of it, like one that computes for ever. {@code spark.vireo.test.relays} puts a {@link Relay}
 * before every worker's port.
 */
public final class FaultPlugin implements SparkPlugin {
    static final String FAULTS = "spark.vireo.test.faults";
    static final String RELAYS = "spark.vireo.test.relays";
    /** The executor that comes first. */
    static final String ANY = "any";

    private static final String STALL = "STALL";
    private static final Map<String, Integer> SIGNALS = Map.of("KILL", 9, "TERM", 15, "STOP", 19);

    /** What signals a process at once, without the time that a command takes. */
    public interface Libc extends Library {
        int kill(int process, int signal);
    }

    /** Adds the plugin to a run, behind the one that it may have to change. */
    static TinyRun in(TinyRun run) {
        return run.with("spark.plugins", ExchangePlugin.class.getName() + "," + FaultPlugin.class.getName());
    }

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Object receive(Object message) throws IOException {
                JsonObject peer = JsonParser.parseString((String) message).getAsJsonObject();
                return Integer.toString(Relay.to(
                        peer.get("host").getAsString(), peer.get("port").getAsInt()));
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extra) {
                for (String fault : context.conf().get(FAULTS, "").split(";")) {
                    String[] parts = fault.strip().split(" ");
                    if (parts[0].equals(context.executorID()) || parts[0].equals(ANY)) {
                        requireThere(parts[3]);
                        Thread watcher = new Thread(() -> watch(parts[0], parts[1], Path.of(parts[2]), parts[3]));
                        watcher.setDaemon(true);
                        watcher.start();
                    }
                }
                if (context.conf().getBoolean(RELAYS, false)) {
                    relay(context);
                }
            }
        };
    }

    private static void watch(String executor, String signal, Path after, String frame) {
        int process = (int) ProcessHandle.current().pid();
        Libc libc = Native.load("c", Libc.class);
        Optional<Thread> found = Optional.empty();
        while (found.isEmpty()) {
            LockSupport.parkNanos(200_000);
            found = Files.exists(after) ? in(frame) : found;
        }
        try {
            Files.writeString(left(after, executor), Integer.toString(process), StandardOpenOption.CREATE_NEW);
            if (signal.equals(STALL)) {
                stall(found.orElseThrow());
                return;
            }
            libc.kill(process, SIGNALS.get(signal));
            if (signal.equals("STOP")) {
                // Reached when the process goes on.
                Files.writeString(left(after, executor + "-went-on"), "");
            }
        } catch (FileAlreadyExistsException e) {
            // Another executor was the one.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A file beside the output to whose commits {@code after} belongs. */
    static Path left(Path after, String name) {
        return Path.of(after.toAbsolutePath().getParent().getParent().getParent() + ".fault-" + name);
    }

    /** A frame that no longer exists would never be met; the executor ends instead. */
    private static void requireThere(String frame) {
        int dot = frame.lastIndexOf('.');
        try {
            Class<?> type = Class.forName(frame.substring(0, dot));
            if (Arrays.stream(type.getDeclaredMethods())
                    .noneMatch(each -> each.getName().equals(frame.substring(dot + 1)))) {
                throw new IllegalArgumentException("No method " + frame);
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("No class of " + frame, e);
        }
    }

    private static Optional<Thread> in(String frame) {
        int dot = frame.lastIndexOf('.');
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> Arrays.stream(each.getValue())
                        .anyMatch(at -> at.getMethodName().equals(frame.substring(dot + 1))
                                && at.getClassName().equals(frame.substring(0, dot))))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** An interrupt does not reach it, as it would not reach native code. */
    @SuppressWarnings("deprecation")
    private static void stall(Thread thread) {
        thread.suspend();
    }

    /** Lets the workers of this executor find relays where they would find each other. */
    private static void relay(PluginContext own) {
        try {
            Field field = ExchangePlugin.class.getDeclaredField("executor");
            field.setAccessible(true);
            PluginContext real = (PluginContext) field.get(null);
            field.set(
                    null,
                    Proxy.newProxyInstance(
                            FaultPlugin.class.getClassLoader(),
                            new Class<?>[] {PluginContext.class},
                            (proxy, method, arguments) -> {
                                try {
                                    Object reply = method.invoke(real, arguments);
                                    return method.getName().equals("ask") ? relayed((String) reply, own) : reply;
                                } catch (InvocationTargetException e) {
                                    throw e.getCause();
                                }
                            }));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String relayed(String text, PluginContext own) throws Exception {
        JsonObject reply = JsonParser.parseString(text).getAsJsonObject();
        if (reply.has("peers")) {
            for (JsonElement each : reply.getAsJsonArray("peers")) {
                JsonObject peer = each.getAsJsonObject();
                peer.addProperty("port", Integer.parseInt((String) own.ask(peer.toString())));
                peer.addProperty("host", "127.0.0.1");
            }
        }
        return reply.toString();
    }
}
