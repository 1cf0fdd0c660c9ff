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
 * The settings of Hazelcast: one port for members alone, no discovery of its own, no Java objects,
 * and few threads.
 */
final class HazelcastSettings {

  /**
   * The properties of every start. All members must have an equal partition count, although no data
   * is in partitions. The times are short, because a wrong suspicion costs little: no data moves
   * when members come and go.
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
          // Failure detection.
          Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "5"),
          Map.entry("hazelcast.partial.member.disconnection.resolution.heartbeat.count", "3"),
          // This time mainly sets the number of attempts. The first ten attempts end within a tenth
          // of a second, all attempts within one and a half seconds. Other members agree to a new
          // master only after they have missed the old master themselves. They miss the old master
          // up to a second later. A member that gives up earlier goes on alone, and for seconds no
          // member is in touch with another. A member that tries longer in vain, although the old
          // master is back, only delays this trouble.
          Map.entry("hazelcast.mastership.claim.timeout.seconds", "16"),
          Map.entry("hazelcast.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.max.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.max.join.seconds", "30"),
          Map.entry("hazelcast.max.join.merge.target.seconds", "5"),
          Map.entry("hazelcast.connect.all.wait.seconds", "5"),
          // Separate clusters that should merge. The pause equals the length of one attempt.
          Map.entry("hazelcast.merge.first.run.delay.seconds", "2"),
          Map.entry("hazelcast.merge.next.run.delay.seconds", "2"),
          // The addresses of peers are known already, see PeerAddresses. But a master that another
          // member names must be remembered until the next search.
          Map.entry("hazelcast.tcp.join.previously.joined.member.address.retention.seconds", "5"),
          Map.entry("hazelcast.operation.call.timeout.millis", "10000"),
          // The numbers of threads suit three nodes on a machine with two cores.
          Map.entry("hazelcast.io.thread.count", "1"),
          Map.entry("hazelcast.operation.thread.count", "1"),
          Map.entry("hazelcast.operation.generic.thread.count", "2"),
          Map.entry("hazelcast.operation.response.thread.count", "1"),
          Map.entry("hazelcast.event.thread.count", "1"),
          Map.entry("hazelcast.health.monitoring.level", "OFF"));

  private HazelcastSettings() {}

  /** Returns a new config for one start of Hazelcast. */
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
    // The timeout is set here, because the property does not apply to a port of this kind. Without
    // the timeout, a connection attempt lasts as long as the system allows.
    members.setSocketConnectTimeoutSeconds(2);
    JoinConfig join = new JoinConfig();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    // The time for which a member asks others for a master, before a member claims to be the
    // master.
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
