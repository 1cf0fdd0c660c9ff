package io.holdfast.server.ctl;

import io.holdfast.proto.HeapMeter;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.server.config.Flags;
import io.holdfast.server.config.Limit;
import io.holdfast.server.config.PushLimits;
import io.holdfast.server.push.RefusalTexts;
import io.holdfast.storage.Change;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.PushPreparation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The check of a text as a server with default limits checks it, by the server's own code.
 * Conflicts with other groups show only when the text is pushed.
 */
final class TextCheck {
  /** The heap that the default limits are derived from: bodies of any supported size pass. */
  private static final long HEAP_BYTES = 64L << 30;

  private final NameRule names;
  private final PushLimits limits;

  TextCheck(NameRule names) {
    this.names = names;
    Flags.Result.Run defaults = (Flags.Result.Run) Flags.parse(new String[0]);
    this.limits = defaults.options().limits().pushes(HEAP_BYTES);
  }

  /**
   * The outcome of a check.
   *
   * @param refusal the body of the server's answer; null if the text is accepted
   * @param line of the mistake, from 1; 0 if the mistake has no place
   * @param column byte of the line, from 1; 0 if the mistake has no place
   */
  record Outcome(@Nullable String refusal, int line, int column, int families, int series) {}

  Outcome check(GroupKey group, byte[] text) {
    List<MetricFamily> families;
    try {
      families = TextParser.parse(text, names, HeapMeter.unlimited());
    } catch (ParseException e) {
      return new Outcome(RefusalTexts.unreadable(e), e.line(), e.column(), 0, 0);
    }
    int series = families.stream().mapToInt(MetricFamily::getMetricCount).sum();
    Change change = PushPreparation.prepare(group, true, 0, families, limits.content());
    if (change instanceof Change.FailedPush failed) {
      Limit limit = Limit.of(failed.rejection().reason());
      String message = failed.rejection().message();
      String refusal =
          limit == null ? RefusalTexts.inconsistent(failed.rejection()) : limit.explain(message);
      return new Outcome(refusal, 0, 0, families.size(), series);
    }
    return new Outcome(null, 0, 0, families.size(), series);
  }
}
