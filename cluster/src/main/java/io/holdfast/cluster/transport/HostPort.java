package io.holdfast.cluster.transport;

/**
 * Where a process listens or is reached.
 *
 * @param host a name or an IP address, without brackets; never empty
 * @param port 0 to 65535; 0 lets the system choose, where that makes sense
 */
public record HostPort(String host, int port) {
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
