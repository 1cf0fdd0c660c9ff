package io.holdfast.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Random;

/**
 * The pushes, like those of push.lua: groups in turn, five families, other values with every push.
 * With a ledger each push also has a sequence number as the value of one more series.
 *
 * <p>A request is made by copying two byte arrays that exist already, so that the generator takes
 * little from the server, which shares the machine.
 */
final class Requests {
  static final String SEQUENCE = "bench_sequence";

  private static final int FAMILIES = 5;
  private static final int BODIES_BYTES = 32 << 20;
  private static final int MAX_BODIES = 1021;
  private static final int MIN_BODIES = 3;
  private static final int DIGITS = 12;

  private final byte[][] heads;
  private final byte[][] bodies;
  private final boolean hasSequence;

  Requests(Settings settings) {
    this.hasSequence = !settings.ledger().isEmpty();
    Random random = new Random();
    byte[] first = body(settings.series(), random);
    int count = Math.max(MIN_BODIES, Math.min(MAX_BODIES, BODIES_BYTES / first.length));
    this.bodies = new byte[count][];
    for (int i = 0; i < count; i++) {
      bodies[i] = body(settings.series(), random);
    }
    this.heads = new byte[settings.groups()][];
    for (int i = 0; i < heads.length; i++) {
      heads[i] = head(settings, settings.firstGroup() + i, first.length);
    }
  }

  /** Returns the index of the group that a request pushes to. */
  int group(long number) {
    return (int) (number % heads.length);
  }

  /** Returns a buffer with the request; the given one, if the request fits into it. */
  ByteBuffer write(long number, ByteBuffer buffer) {
    byte[] head = heads[group(number)];
    byte[] body = bodies[(int) (number % bodies.length)];
    int length = head.length + body.length;
    ByteBuffer target = buffer.capacity() < length ? ByteBuffer.allocateDirect(length) : buffer;
    target.clear();
    target.put(head).put(body);
    if (hasSequence) {
      writeSequence(number + 1, target);
    }
    return target.flip();
  }

  /** Overwrites the digits before the last line feed. */
  private static void writeSequence(long sequence, ByteBuffer target) {
    long rest = sequence;
    for (int i = 0; i < DIGITS; i++, rest /= 10) {
      target.put(target.position() - 2 - i, (byte) ('0' + rest % 10));
    }
  }

  private static byte[] head(Settings settings, int group, int bodyBytes) {
    return """
        PUT %s/job/%s/instance/worker-%05d HTTP/1.1\r
        Host: 127.0.0.1:%d\r
        Content-Type: text/plain; version=0.0.4\r
        Content-Length: %d\r
        %s\r
        """
        .formatted(
            settings.prefix(),
            settings.job(),
            group,
            settings.port(),
            bodyBytes,
            settings.hasFreshConnections() ? "Connection: close\r\n" : "")
        .getBytes(US_ASCII);
  }

  private byte[] body(int series, Random random) {
    StringBuilder text = new StringBuilder();
    int stages = Math.max(1, series / FAMILIES);
    family(text, "etl_records_processed_total", "counter", stages, () -> range(random, 6));
    family(text, "etl_records_rejected_total", "counter", stages, () -> range(random, 2));
    family(text, "etl_stage_duration_seconds", "gauge", stages, () -> decimal(random));
    family(text, "etl_stage_last_success_timestamp_seconds", "gauge", stages, () -> time(random));
    family(text, "etl_stage_peak_memory_bytes", "gauge", stages, () -> range(random, 8));
    if (hasSequence) {
      text.append("# TYPE %s gauge\n%s %s\n".formatted(SEQUENCE, SEQUENCE, "0".repeat(DIGITS)));
    }
    return text.toString().getBytes(US_ASCII);
  }

  /** Writes a number. All numbers of one kind have the same length. */
  private interface Value {
    String next();
  }

  private static void family(
      StringBuilder text, String name, String type, int stages, Value value) {
    text.append("# HELP %s One figure of each stage of the job's last run.\n".formatted(name));
    text.append("# TYPE %s %s\n".formatted(name, type));
    for (int i = 0; i < stages; i++) {
      text.append(name).append("{stage=\"").append(stage(i)).append("\"} ");
      text.append(value.next()).append('\n');
    }
  }

  private static String stage(int number) {
    return switch (number) {
      case 0 -> "extract";
      case 1 -> "load";
      default -> String.format(Locale.ROOT, "stage-%05d", number);
    };
  }

  private static String range(Random random, int zeros) {
    int least = (int) Math.pow(10, zeros);
    return Integer.toString(least + random.nextInt(9 * least));
  }

  private static String decimal(Random random) {
    // Ends with a digit that is not zero, so that no server shortens the number.
    return String.format(
        Locale.ROOT, "%d.%03d", 10 + random.nextInt(90), 1 + 10 * random.nextInt(100));
  }

  private static String time(Random random) {
    return String.format(Locale.ROOT, "1.%09de+09", 700_000_000 + random.nextInt(100_000_000));
  }
}
