package io.holdfast.server.scrape;

import io.holdfast.proto.ExpositionFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The formats that scrapers ask for. Memos of a format without recent scrapes can be dropped. Any
 * thread may use it.
 */
final class FormatUse {
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private final LongSupplier nanos;
  private final Map<ExpositionFormat, Long> usedAt = new ConcurrentHashMap<>();

  /**
   * Creates an empty record.
   *
   * @param nanos the reading of a clock that never goes back
   */
  FormatUse(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Notes the use of a format. Returns the formats that have gone out of use, each of them once.
   */
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
