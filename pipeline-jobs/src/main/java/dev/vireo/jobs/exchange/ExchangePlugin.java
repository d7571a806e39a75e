// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * Carries the workers' calls to the driver over Spark's own RPC, with its authentication and encryption, and needs no
 * port of its own. Spark starts it on the driver and in every executor ({@code spark.plugins}).
 */
public final class ExchangePlugin implements SparkPlugin {
    private static final Rendezvous RENDEZVOUS = new Rendezvous();
    private static volatile @Nullable PluginContext executor;

    /** The driver's rendezvous. */
    public static Rendezvous rendezvous() {
        return RENDEZVOUS;
    }

    /** The executor's way to ask the driver. */
    static RendezvousClient.Call driver(int rank) {
        PluginContext context = executor;
        if (context == null) {
            throw new ExchangeFailedException(
                    rank,
                    -1,
                    "this executor runs without Vireo's plugin; start Spark with spark.plugins="
                            + ExchangePlugin.class.getName(),
                    null);
        }
        return message -> (String) context.ask(message);
    }

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Object receive(Object message) {
                return RENDEZVOUS.receive((String) message);
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extra) {
                executor = context;
            }
        };
    }
}
