package io.holdfast.cluster;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what was refused, and says so once for each peer, and not too often for all of them. */
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final long PAUSE_NANOS = 1_000_000_000L;

  private final LongAdder count = new LongAdder();
  private final AtomicLong lastWarning = new AtomicLong(System.nanoTime() - PAUSE_NANOS);

  long count() {
    return count.sum();
  }

  void message(Admission from, String reason) {
    count.increment();
    warn(from, reason);
  }

  /** Without a message: a peer that said nothing at all. */
  void warn(Admission from, String reason) {
    if (from.warned.get()) {
      return;
    }
    long last = lastWarning.get();
    long now = System.nanoTime();
    if (now - last >= PAUSE_NANOS
        && lastWarning.compareAndSet(last, now)
        && from.warned.compareAndSet(false, true)) {
      log.atWarn()
          .addKeyValue("peer", from.peer())
          .addKeyValue("reason", reason)
          .log(
              "A peer is not admitted, or a message of it is refused:"
                  + " have all nodes the same secret and cluster name?");
    }
  }
}
