package io.holdfast.server.config;

import io.holdfast.cluster.ClusterOptions;
import io.holdfast.cluster.replication.ReplicaOptions;
import io.holdfast.cluster.transport.Discovery;
import io.holdfast.cluster.transport.HostPort;
import io.holdfast.server.gocompat.GoDuration;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The part of {@link OptionsReader} for the cluster. */
final class ClusterOptionsReader {
  private static final int MAXIMUM_NAME_LENGTH = 255;

  /**
   * The pattern of names. It excludes characters that are invisible, end a line, or turn the text
   * direction.
   */
  private static final Pattern NAME =
      Pattern.compile("[^\\p{C}\\p{Z}]([^\\p{C}\\p{Zl}\\p{Zp}]*[^\\p{C}\\p{Z}])?");

  private ClusterOptionsReader() {}

  /**
   * Reads the options of the cluster.
   *
   * @return null if the node is to be alone
   * @throws IllegalArgumentException if a value can't be used; the message names its flag
   */
  static @Nullable ClusterOptions read(FlagValues flags, List<ListenAddress> webAddresses) {
    if (flags.get(ClusterFlags.LISTEN_ADDRESS).isEmpty()) {
      refuseWithoutListenAddress(flags);
      return null;
    }
    Discovery discovery = discovery(flags);
    refuseTakenByWeb(discovery.listen(), webAddresses);
    refuseUnreachable(discovery);
    ClusterOptions options =
        new ClusterOptions(discovery, QuorumReader.read(flags, discovery), limits(flags));
    refuseOpenDoor(flags, discovery);
    return options;
  }

  /** Returns warnings about settings that are allowed but should change, one sentence each. */
  static List<String> warnings(FlagValues flags, ClusterOptions cluster) {
    List<String> warnings = new ArrayList<>();
    HostPort listen = cluster.discovery().listen();
    if (cluster.discovery().secret() == null) {
      warnings.add(
          "no --%s: %s can read, change and delete every group, and stop the node"
              .formatted(
                  ClusterFlags.SECRET_FILE,
                  ClusterAddress.isLoopback(listen)
                      ? "any user of this machine"
                      : "every host that reaches " + listen));
    }
    return List.copyOf(warnings);
  }

  private static void refuseWithoutListenAddress(FlagValues flags) {
    for (Flag flag : ClusterFlags.ALL) {
      if (!flag.equals(ClusterFlags.LISTEN_ADDRESS) && flags.isGiven(flag)) {
        throw new IllegalArgumentException(
            "--%s: without effect (expected: together with --%s, or not at all)"
                .formatted(flag, ClusterFlags.LISTEN_ADDRESS));
      }
    }
  }

  private static Discovery discovery(FlagValues flags) {
    HostPort listen = flags.read(ClusterFlags.LISTEN_ADDRESS, ClusterAddress::parse);
    boolean isAdvertised = !flags.get(ClusterFlags.ADVERTISE_ADDRESS).isEmpty();
    return new Discovery(
        listen,
        isAdvertised ? flags.read(ClusterFlags.ADVERTISE_ADDRESS, ClusterAddress::parse) : listen,
        flags.readAll(ClusterFlags.PEER, ClusterAddress::parse).stream().distinct().toList(),
        flags.read(ClusterFlags.NAME, ClusterOptionsReader::name),
        flags.isGiven(ClusterFlags.NODE_NAME)
            ? flags.read(ClusterFlags.NODE_NAME, ClusterOptionsReader::name)
            : hostName(),
        // An empty value is a mistake, perhaps of a script. It must not switch the secret off.
        flags.isGiven(ClusterFlags.SECRET_FILE)
            ? flags.read(ClusterFlags.SECRET_FILE, SecretFile::read)
            : null);
  }

  private static void refuseTakenByWeb(HostPort listen, List<ListenAddress> webAddresses) {
    for (ListenAddress web : webAddresses) {
      boolean everywhere =
          web.host().isEmpty()
              || ClusterAddress.ip(web.host()).map(InetAddress::isAnyLocalAddress).orElse(false);
      HostPort same = ClusterAddress.canonical(new HostPort(web.host(), web.port()));
      if (web.port() == listen.port()
          && (everywhere || same.equals(ClusterAddress.canonical(listen)))) {
        throw refused(
            ClusterFlags.LISTEN_ADDRESS,
            listen,
            "another port than that of --" + FlagTable.LISTEN_ADDRESS);
      }
    }
  }

  /**
   * Refuses a loopback address for peers on other machines. A peer that learns a loopback address
   * dials itself.
   */
  private static void refuseUnreachable(Discovery discovery) {
    if (!ClusterAddress.isLoopback(discovery.advertise())) {
      return;
    }
    for (HostPort peer : discovery.peers()) {
      Optional<InetAddress> ip = ClusterAddress.ip(peer.host());
      if (ip.isPresent() && !ip.get().isLoopbackAddress()) {
        throw refused(
            ClusterFlags.ADVERTISE_ADDRESS,
            discovery.advertise(),
            "an address that %s can dial".formatted(peer));
      }
    }
  }

  /**
   * Refuses an open port without a secret. Without a secret, every client that reaches the port
   * counts as a node.
   */
  private static void refuseOpenDoor(FlagValues flags, Discovery discovery) {
    boolean isInsecure = flags.isOn(ClusterFlags.INSECURE);
    if (discovery.secret() != null && isInsecure) {
      throw new IllegalArgumentException(
          "--%s: without effect (expected: without --%s, or not at all)"
              .formatted(ClusterFlags.INSECURE, ClusterFlags.SECRET_FILE));
    }
    if (discovery.secret() == null
        && !isInsecure
        && !ClusterAddress.isLoopback(discovery.listen())) {
      throw new IllegalArgumentException(
          ("--%s: not given (expected: a file with a secret that every node knows, because --%s"
                  + " \"%s\" is not loopback; or --%s: every host that reaches that address can then"
                  + " read, change and delete every group, and stop the node)")
              .formatted(
                  ClusterFlags.SECRET_FILE,
                  ClusterFlags.LISTEN_ADDRESS,
                  discovery.listen(),
                  ClusterFlags.INSECURE));
    }
  }

  private static ReplicaOptions.Limits limits(FlagValues flags) {
    return new ReplicaOptions.Limits(
        duration(flags, ClusterFlags.LAG_GRACE, "1ms", "1m"),
        duration(flags, ClusterFlags.READ_GRACE, "1ms", "10m"),
        duration(flags, ClusterFlags.MAX_CLOCK_SKEW, "1ms", "1d"),
        duration(flags, ClusterFlags.TOMBSTONE_RETENTION, "1s", "3650d"));
  }

  private static Duration duration(FlagValues flags, Flag flag, String least, String most) {
    Duration duration = flags.read(flag, GoDuration::parse);
    if (duration.compareTo(GoDuration.parse(least)) < 0
        || duration.compareTo(GoDuration.parse(most)) > 0) {
      throw refused(flag, flags.get(flag), "a duration from %s to %s".formatted(least, most));
    }
    return duration;
  }

  private static String name(String text) {
    if (text.length() > MAXIMUM_NAME_LENGTH || !NAME.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "\"%s\" (expected: 1 to %d visible characters)"
              .formatted(text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?"), MAXIMUM_NAME_LENGTH));
    }
    return text;
  }

  /**
   * Returns the host name as Linux reports it. A name server can be slow, or not know this machine.
   */
  private static String hostName() {
    try {
      Path kernels = Path.of("/proc/sys/kernel/hostname");
      return name(
          Files.isReadable(kernels)
              ? Files.readString(kernels).strip()
              : InetAddress.getLocalHost().getHostName());
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--%s: not given, and this machine has no name (expected: a name for this node)"
              .formatted(ClusterFlags.NODE_NAME),
          e);
    }
  }

  private static IllegalArgumentException refused(Flag flag, Object value, String expected) {
    return new IllegalArgumentException(
        "--%s: \"%s\" (expected: %s)".formatted(flag, value, expected));
  }
}
