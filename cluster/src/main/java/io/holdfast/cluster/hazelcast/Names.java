package io.holdfast.cluster.hazelcast;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;

/** What the names of nodes stand for. */
@FunctionalInterface
interface Names {

  /** All addresses of a name, of any family. Blocks as long as the resolver of the system does. */
  InetAddress[] addresses(String name) throws UnknownHostException;

  /** Asks the system each time. */
  static Names ofSystem() {
    NameCache.disable();
    return InetAddress::getAllByName;
  }

  /**
   * The cache of the JVM, which keeps an address for 30 s and the lack of one for 10 s. Names of
   * nodes change when nodes are moved, and then nobody can be reached until they are asked for.
   */
  final class NameCache {
    private NameCache() {}

    /** Takes effect when it comes before the first look-up of the process. */
    static void disable() {
      Security.setProperty("networkaddress.cache.ttl", "0");
      Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }
  }
}
