package io.holdfast.server.config;

import io.holdfast.cluster.transport.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The parser of node addresses. It asks no name server. */
final class ClusterAddress {
  /**
   * The pattern of host names. The last part has a letter, because resolvers take other texts for
   * addresses or ranges.
   */
  private static final Pattern NAME =
      Pattern.compile("(?=.{1,253}$)([A-Za-z0-9_-]+\\.)*(?=[^.]*[A-Za-z])[A-Za-z0-9_-]+\\.?");

  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

  private ClusterAddress() {}

  /**
   * Reads {@code host:port} or {@code [ipv6]:port} of one node.
   *
   * @throws IllegalArgumentException for anything else, including a wildcard and port 0, with the
   *     offending text and the expected form
   */
  static HostPort parse(String text) {
    ListenAddress parsed = ListenAddress.parse(text, 1, "host:port or [ipv6]:port");
    String host = parsed.host();
    Optional<InetAddress> ip = ip(host);
    boolean dialable =
        ip.map(address -> !address.isAnyLocalAddress() && !address.isMulticastAddress())
            .orElseGet(() -> NAME.matcher(host).matches());
    if (!dialable) {
      throw new IllegalArgumentException(
          "\"" + text + "\" (expected: one name or address that other nodes can dial)");
    }
    return new HostPort(host, parsed.port());
  }

  /** Returns the canonical form. Two spellings of one address have equal canonical forms. */
  static HostPort canonical(HostPort address) {
    String name = address.host().toLowerCase(Locale.ROOT);
    String rooted = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return new HostPort(ip(rooted).map(InetAddress::getHostAddress).orElse(rooted), address.port());
  }

  /**
   * Returns the IP address of a host that needs no name server: an IP address or {@code localhost}.
   */
  static Optional<InetAddress> ip(String host) {
    if (host.equalsIgnoreCase("localhost")) {
      return ip("127.0.0.1");
    }
    boolean isIpv4 = IPV4.matcher(host).matches();
    if (!isIpv4 && !IPV6.matcher(host).matches()) {
      return Optional.empty();
    }
    try {
      // The brackets ensure that a text which is almost IPv6 is not looked up as a name.
      return Optional.of(InetAddress.getAllByName(isIpv4 ? host : "[" + host + "]")[0]);
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  static boolean isLoopback(HostPort address) {
    return ip(address.host()).map(InetAddress::isLoopbackAddress).orElse(false);
  }
}
