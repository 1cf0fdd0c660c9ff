package io.holdfast.server.scrape;

import io.holdfast.proto.ExpositionFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Which formats scrapers ask for. What is kept for one that nobody has asked for in a while may go.
 * Any threads may use it.
 */
final class FormatUse {
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private final LongSupplier nanos;
  private final Map<ExpositionFormat, Long> usedAt = new ConcurrentHashMap<>();

  /**
   * @param nanos of a clock that only goes on
   */
  FormatUse(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Notes that this one was asked for, and tells those that are no longer; each of them once. */
  List<ExpositionFormat> used(ExpositionFormat format) {
    long now = nanos.getAsLong();
    usedAt.put(format, now);
    List<ExpositionFormat> unused = new ArrayList<>();
    usedAt.forEach(
        (each, at) -> {
          if (now - at > PATIENCE.toNanos() && usedAt.remove(each, at)) {
            unused.add(each);
          }
        });
    return unused;
  }
}
