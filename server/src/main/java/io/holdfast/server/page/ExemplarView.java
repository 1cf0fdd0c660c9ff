package io.holdfast.server.page;

import io.holdfast.proto.metrics.Exemplar;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An exemplar of a counter or bucket. */
record ExemplarView(String value, List<Label> labels, @Nullable Age at) {
  static ExemplarView of(Exemplar exemplar, Instant now) {
    return new ExemplarView(
        Numbers.value(exemplar.getValue()),
        Label.first(
            exemplar.getLabelList().stream()
                .map(label -> new Label(label.getName(), label.getValue()))
                .toList()),
        exemplar.hasTimestamp() ? Age.of(instant(exemplar), now) : null);
  }

  /** Returns the approximate size, in hundredths of a line. */
  int size() {
    return Label.LINE + labels.stream().mapToInt(Label::size).sum();
  }

  private static Instant instant(Exemplar exemplar) {
    var timestamp = exemplar.getTimestamp();
    // Pushes can contain any time. A time beyond the range of Instant must not fail the page.
    long seconds = Math.max(-62_000_000_000L, Math.min(250_000_000_000L, timestamp.getSeconds()));
    return Instant.ofEpochSecond(seconds, timestamp.getNanos());
  }
}
