package io.holdfast.cluster.hazelcast;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.ExecutorConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MemberAddressProviderConfig;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.net.Inet4Address;
import java.util.Map;

/**
 * How Hazelcast runs here: one port for members alone, nothing found by itself, no Java objects, a
 * handful of threads.
 */
final class HazelcastSettings {

  /**
   * All members must have the same partition count, though no data lives in partitions. Times are
   * short because a wrong guess costs little: no data moves when members come and go.
   */
  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          Map.entry("hazelcast.phone.home.enabled", "false"),
          Map.entry("hazelcast.logging.type", "slf4j"),
          Map.entry("hazelcast.logging.emoji.enabled", "false"),
          Map.entry("hazelcast.member.naming.moby.enabled", "false"),
          Map.entry("hazelcast.shutdownhook.enabled", "false"),
          Map.entry("hazelcast.graceful.shutdown.max.wait", "3"),
          Map.entry("hazelcast.socket.bind.any", "false"),
          Map.entry("hazelcast.partition.count", "11"),
          // Who is there.
          Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "5"),
          Map.entry("hazelcast.partial.member.disconnection.resolution.heartbeat.count", "3"),
          // Above all the number of attempts, the first ten of which are over in a tenth of a
          // second, all of them in one and a half. The others agree to a new master only when they
          // have missed the old one themselves, up to a second later: who gives up before that goes
          // on alone, and for seconds nobody is in touch with anybody. And who goes on trying for
          // longer, though the old one has come back and nobody will agree, puts off the trouble
          // until there may be another.
          Map.entry("hazelcast.mastership.claim.timeout.seconds", "16"),
          Map.entry("hazelcast.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.max.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.max.join.seconds", "30"),
          Map.entry("hazelcast.max.join.merge.target.seconds", "5"),
          Map.entry("hazelcast.connect.all.wait.seconds", "5"),
          // Clusters that should be one: tried as often as an attempt takes.
          Map.entry("hazelcast.merge.first.run.delay.seconds", "2"),
          Map.entry("hazelcast.merge.next.run.delay.seconds", "2"),
          // Where others may be is known already, see PeerAddresses; but a master that another
          // member names must be remembered until the next search.
          Map.entry("hazelcast.tcp.join.previously.joined.member.address.retention.seconds", "5"),
          Map.entry("hazelcast.operation.call.timeout.millis", "10000"),
          // Three nodes on a machine with two cores.
          Map.entry("hazelcast.io.thread.count", "1"),
          Map.entry("hazelcast.operation.thread.count", "1"),
          Map.entry("hazelcast.operation.generic.thread.count", "2"),
          Map.entry("hazelcast.operation.response.thread.count", "1"),
          Map.entry("hazelcast.event.thread.count", "1"),
          Map.entry("hazelcast.health.monitoring.level", "OFF"));

  private HazelcastSettings() {}

  /** A new config for one start of Hazelcast. */
  static Config config(String clusterName, NodeAddresses addresses, PeerAddresses peers) {
    Config config = new Config();
    config.setClusterName(clusterName);
    PROPERTIES.forEach(config::setProperty);
    boolean ipv4 = addresses.advertisedAddress() instanceof Inet4Address;
    config.setProperty("hazelcast.prefer.ipv4.stack", Boolean.toString(ipv4));
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    for (TrafficClass trafficClass : TrafficClass.values()) {
      config.addExecutorConfig(
          new ExecutorConfig(TrafficClasses.executor(trafficClass))
              .setPoolSize(TrafficClasses.threads(trafficClass))
              .setQueueCapacity(TrafficClasses.queue(trafficClass))
              .setStatisticsEnabled(false));
    }
    serialization(config.getSerializationConfig());
    network(config.getAdvancedNetworkConfig(), addresses, peers);
    return config;
  }

  private static void serialization(SerializationConfig serialization) {
    serialization
        .setDataSerializableFactories(Map.of(RequestTask.FACTORY_ID, RequestTask.factory()))
        .setJavaSerializationFilterConfig(DeserializationFilter.strict());
    serialization
        .getCompactSerializationConfig()
        .setZeroConfigFilter(DeserializationFilter.nothing());
  }

  private static void network(
      AdvancedNetworkConfig network, NodeAddresses addresses, PeerAddresses peers) {
    ServerSocketEndpointConfig members =
        new ServerSocketEndpointConfig()
            .setPort(addresses.port())
            .setPortAutoIncrement(false)
            .setReuseAddress(true);
    // Without this, as long as the system takes: the property for it is not for this kind of port.
    members.setSocketConnectTimeoutSeconds(2);
    JoinConfig join = new JoinConfig();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    // How long others are asked for a master before one of them claims to be it.
    peers.setConnectionTimeoutSeconds(1);
    join.setTcpIpConfig(peers);
    network
        .setEnabled(true)
        .setJoin(join)
        .setMemberAddressProviderConfig(
            new MemberAddressProviderConfig().setEnabled(true).setImplementation(addresses));
    network.setMemberEndpointConfig(members);
  }
}
