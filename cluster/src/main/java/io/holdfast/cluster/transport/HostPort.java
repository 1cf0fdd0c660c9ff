package io.holdfast.cluster.transport;

/**
 * The address at which a process listens or is reached.
 *
 * @param host a name or an IP address, without brackets; never empty
 * @param port 0 to 65535; with 0 the system chooses, where that is possible
 */
public record HostPort(String host, int port) {
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
