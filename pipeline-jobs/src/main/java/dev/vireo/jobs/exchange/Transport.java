// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.util.List;
import org.apache.spark.SSLOptions;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import scala.Option;

/** How connections are made: Spark's own transport with its encryption settings, authenticated by the gang's key. */
final class Transport {
    private static final String MODULE = "vireo";
    private static final int NETWORK_THREADS = 2;

    private final TransportConf conf;
    private final String host;

    private Transport(TransportConf conf, String host) {
        this.conf = conf;
        this.host = host;
    }

    /** With the settings and the address of the executor in which this runs. */
    static Transport ofExecutor() {
        SparkEnv env = SparkEnv.get();
        return new Transport(
                conf(env.conf(), Option.apply(env.securityManager().getRpcSSLOptions())),
                env.blockManager().blockManagerId().host());
    }

    /** With given settings on a given address of this machine. */
    static Transport of(SparkConf conf, String host) {
        return new Transport(conf(conf, Option.empty()), host);
    }

    private static TransportConf conf(SparkConf conf, Option<SSLOptions> tls) {
        return SparkTransportConf.fromSparkConf(conf, MODULE, NETWORK_THREADS, Option.empty(), tls);
    }

    /** The address that others connect to. */
    String host() {
        return host;
    }

    int connectTimeoutMillis() {
        return conf.connectionCreationTimeoutMs();
    }

    TransportContext context(RpcHandler handler) {
        return new TransportContext(conf, handler);
    }

    List<TransportClientBootstrap> clientSide(String gang, String key) {
        return List.of(new AuthClientBootstrap(conf, gang, new GangKey(gang, key)));
    }

    List<TransportServerBootstrap> serverSide(String gang, String key) {
        return List.of(new AuthServerBootstrap(conf, new GangKey(gang, key)));
    }

    /** The secret of one gang; whoever asks for another one is refused. */
    private static final class GangKey implements SecretKeyHolder {
        private final String gang;
        private final String key;

        GangKey(String gang, String key) {
            this.gang = gang;
            this.key = key;
        }

        @Override
        public String getSaslUser(String id) {
            return "vireo";
        }

        @Override
        public String getSecretKey(String id) {
            if (!id.equals(gang)) {
                throw new IllegalArgumentException("Cannot admit a worker of gang " + id + ": this one is " + gang);
            }
            return key;
        }
    }
}
