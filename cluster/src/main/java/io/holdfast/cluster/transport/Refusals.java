package io.holdfast.cluster.transport;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The count and the log of refusals. Each peer is logged once. Connections are logged at most once
 * a minute, because a stranger can connect at any rate.
 *
 * <p>Concurrency: for any thread.
 */
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration PAUSE_OF_CONNECTIONS = Duration.ofSeconds(60);

  private final LongSupplier nanos;
  private final LongAdder count = new LongAdder();
  private final AtomicLong peerNamedAt;
  private final AtomicLong connectionNamedAt;

  /**
   * @param nanos a time that never goes back, in nanoseconds since some moment
   */
  Refusals(LongSupplier nanos) {
    this.nanos = nanos;
    long longAgo = nanos.getAsLong() - PAUSE_OF_CONNECTIONS.toNanos();
    this.peerNamedAt = new AtomicLong(longAgo);
    this.connectionNamedAt = new AtomicLong(longAgo);
  }

  long count() {
    return count.sum();
  }

  void message(Admission from, String reason) {
    count.increment();
    warn(from, reason);
  }

  /** Logs a peer that has not sent a message to refuse. */
  void warn(Admission from, String reason) {
    if (!from.warned.get() && isDue(peerNamedAt, PAUSE) && from.warned.compareAndSet(false, true)) {
      log.atWarn()
          .addKeyValue("peer", from.peer())
          .addKeyValue("reason", reason)
          .log(
              "A peer is not admitted, or a message of it is refused:"
                  + " have all nodes the same secret and cluster name?");
    }
  }

  /**
   * Counts a closed connection. The other end is no node of this cluster, or does not behave like a
   * node.
   */
  void connection(@Nullable SocketAddress address, String reason) {
    count.increment();
    if (isDue(connectionNamedAt, PAUSE_OF_CONNECTIONS)) {
      log.atWarn()
          .addKeyValue("address", address)
          .addKeyValue("reason", reason)
          .log(
              "A connection between nodes is refused:"
                  + " have all nodes the same secret and cluster name?");
    }
  }

  private boolean isDue(AtomicLong last, Duration pause) {
    long before = last.get();
    long now = nanos.getAsLong();
    return now - before >= pause.toNanos() && last.compareAndSet(before, now);
  }
}
