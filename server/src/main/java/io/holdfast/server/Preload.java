package io.holdfast.server;

import io.holdfast.server.http.WebServer;
import io.holdfast.storage.RocksGroupStore;

/**
 * The loading of code that every node needs, beside the reading of the command line. The first use
 * of Jetty and of RocksDB's native library takes a quarter of a second. A start on two processors
 * is that much shorter, and on one processor as long as without.
 *
 * <p>Nothing depends on the preload: code that is not loaded yet is loaded at its first use.
 */
final class Preload {
  private Preload() {}

  static void begin() {
    Thread thread = new Thread(Preload::load, "preload");
    // --help and --version do not wait for it.
    thread.setDaemon(true);
    thread.start();
  }

  private static void load() {
    try {
      WebServer.preload();
      RocksGroupStore.preload();
    } catch (RuntimeException | LinkageError expected) {
      // The same failure comes again at the first use, on the thread that can explain it.
    }
  }
}
