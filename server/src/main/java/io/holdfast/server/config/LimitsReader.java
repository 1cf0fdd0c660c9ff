package io.holdfast.server.config;

import io.holdfast.server.gocompat.GoDuration;
import io.holdfast.storage.GroupLimits;
import java.time.Duration;

/** The part of {@link OptionsReader} that reads {@link Limits}. */
final class LimitsReader {
  /** A body is an array that grows by doubling, so larger bodies are not supported. */
  private static final long MOST_BODY_BYTES = 1 << 30;

  private static final int LEAST_HEADER_BYTES = 1 << 10;
  private static final int MOST_HEADER_BYTES = 16 << 20;
  private static final Duration LEAST_TIME = Duration.ofSeconds(1);

  private LimitsReader() {}

  /**
   * Reads the limits.
   *
   * @throws IllegalArgumentException if a value can't be used; the message names its flag
   */
  static Limits read(FlagValues flags) {
    Limits.Web web =
        new Limits.Web(
            flags.read(LimitFlags.MAX_CONNECTIONS, LimitsReader::number),
            flags.read(LimitFlags.IDLE_TIMEOUT, LimitsReader::time),
            flags.read(LimitFlags.READ_HEADER_TIMEOUT, LimitsReader::time),
            flags.read(LimitFlags.READ_TIMEOUT, LimitsReader::time),
            flags.read(LimitFlags.WRITE_TIMEOUT, LimitsReader::time),
            flags.read(LimitFlags.MAX_HEADER_SIZE, LimitsReader::headerSize),
            count(flags, LimitFlags.MAX_HEADER_FIELDS));
    Limits.Push push =
        new Limits.Push(
            (int) size(flags, LimitFlags.MAX_BODY_SIZE, MOST_BODY_BYTES),
            (int) size(flags, LimitFlags.MAX_INFLATED_SIZE, MOST_BODY_BYTES),
            size(flags, LimitFlags.MAX_BYTES_IN_FLIGHT, Long.MAX_VALUE),
            count(flags, LimitFlags.MAX_SERIES),
            count(flags, LimitFlags.MAX_LABELS),
            count(flags, LimitFlags.MAX_NAME_LENGTH),
            count(flags, LimitFlags.MAX_LABEL_VALUE_LENGTH),
            count(flags, LimitFlags.MAX_HELP_LENGTH),
            (int) size(flags, LimitFlags.MAX_GROUPING_KEY_SIZE, MOST_BODY_BYTES),
            new GroupLimits(
                count(flags, LimitFlags.MAX_GROUPS), count(flags, LimitFlags.MAX_GROUP_SERIES)));
    refuseLessForAllThanForOne(push);
    Limits.Memory memory =
        new Limits.Memory(
            size(flags, LimitFlags.MAX_MEMORY, Long.MAX_VALUE),
            size(flags, LimitFlags.MAX_UNREAD_BYTES, Long.MAX_VALUE));
    return new Limits(web, push, memory);
  }

  private static void refuseLessForAllThanForOne(Limits.Push push) {
    boolean isLess =
        push.inFlightBytes() != 0
            && push.inFlightBytes() < Math.max(push.bodyBytes(), push.inflatedBytes());
    if (isLess) {
      throw new IllegalArgumentException(
          "--%s: \"%s\" (expected: at least --%s and --%s)"
              .formatted(
                  LimitFlags.MAX_BYTES_IN_FLIGHT,
                  ByteSize.format(push.inFlightBytes()),
                  LimitFlags.MAX_BODY_SIZE,
                  LimitFlags.MAX_INFLATED_SIZE));
    }
  }

  private static long size(FlagValues flags, Flag flag, long most) {
    return flags.read(flag, text -> ByteSize.parse(text, most));
  }

  private static int count(FlagValues flags, Flag flag) {
    int number = flags.read(flag, LimitsReader::number);
    return number == 0 ? Integer.MAX_VALUE : number;
  }

  private static int number(String text) {
    boolean isNumber =
        !text.isEmpty() && text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!isNumber) {
      throw new IllegalArgumentException(
          "\"" + text + "\" (expected: a number from 0 to 999999999)");
    }
    return Integer.parseInt(text);
  }

  private static Duration time(String text) {
    Duration time = GoDuration.parse(text);
    if (time.compareTo(LEAST_TIME) < 0) {
      throw new IllegalArgumentException("\"" + text + "\" (expected: at least 1s)");
    }
    return time;
  }

  private static int headerSize(String text) {
    long size = ByteSize.parse(text, MOST_HEADER_BYTES);
    if (size < LEAST_HEADER_BYTES) {
      throw new IllegalArgumentException("\"" + text + "\" (expected: at least 1KiB)");
    }
    return (int) size;
  }
}
