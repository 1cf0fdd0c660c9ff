package io.holdfast.cluster.hazelcast;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;

/** The addresses of node names. */
@FunctionalInterface
interface Names {

  /**
   * Returns all addresses of a name, of any family. Blocks as long as the resolver of the system
   * blocks.
   */
  InetAddress[] addresses(String name) throws UnknownHostException;

  /** Returns names that ask the system each time. */
  static Names ofSystem() {
    NameCache.disable();
    return InetAddress::getAllByName;
  }

  /**
   * The JVM's cache of names. The cache keeps an address for 30 s, and a missing address for 10 s.
   * A name changes when its node moves, and peers cannot reach the node until they look the name up
   * again.
   */
  final class NameCache {
    private NameCache() {}

    /** Turns off the cache. The call has an effect only before the first look-up of the process. */
    static void disable() {
      Security.setProperty("networkaddress.cache.ttl", "0");
      Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }
  }
}
