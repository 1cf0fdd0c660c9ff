package io.holdfast.proto;

import com.google.protobuf.WireFormat;
import io.holdfast.proto.metrics.MetricType;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the bytes of a {@code io.prometheus.client.MetricFamily} before it is parsed. Tells a
 * {@link HeapMeter} what the parser is about to build, and finds a type that does not exist.
 *
 * <p>The walk knows the fields of the schema. Other fields weigh nothing, because the parser
 * discards them. Malformed bytes end the walk: the parser refuses the body there.
 *
 * <p>Confined to one thread.
 */
final class FamilyWalk {
  /** Messages of the schema, as far as they differ in what they hold. */
  private enum Shape {
    FAMILY(8),
    METRIC(0),
    LABEL(0),
    COUNTER(3),
    SUMMARY(6),
    HISTOGRAM(24),
    BUCKET(5),
    EXEMPLAR(5),
    EXEMPLAR_LABEL(0),
    /** A message of numbers alone: a gauge, a quantile, a span, a time. */
    NUMBERS(3);

    private final int fields;

    Shape(int fields) {
      this.fields = fields;
    }
  }

  private static final int MAX_VARINT_BYTES = 10;

  /** Most deltas take one byte; an array of them doubles when it is full. */
  private static final int BYTES_PER_DOUBLE = 8;

  private final byte[] body;
  private final HeapMeter meter;
  private int position;
  private boolean isMalformed;

  // State of the family.
  private int nameBytes;
  private long lines;
  private @Nullable Integer unknownType;

  // State of the metric.
  private int labels;
  private long labelBytes;
  private long metricLines;

  private FamilyWalk(byte[] body, int start, HeapMeter meter) {
    this.body = body;
    this.position = start;
    this.meter = meter;
  }

  /**
   * Walks over the family in {@code body[start, end)}.
   *
   * @return the last type in it that does not exist, or null
   */
  static @Nullable Integer measure(byte[] body, int start, int end, HeapMeter meter)
      throws TooHeavyException {
    FamilyWalk walk = new FamilyWalk(body, start, meter);
    walk.fields(Shape.FAMILY, end);
    meter.family(walk.nameBytes);
    // The name may come behind the metrics.
    meter.lines(walk.lines, walk.nameBytes, 0);
    meter.settle();
    return walk.unknownType;
  }

  private void fields(Shape shape, int end) throws TooHeavyException {
    while (position < end && !isMalformed) {
      int tag = (int) varint(end);
      int field = WireFormat.getTagFieldNumber(tag);
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_VARINT -> number(shape, field, varint(end));
        case WireFormat.WIRETYPE_FIXED64 -> {
          skip(8, end);
          repeatedNumber(shape, field, 1);
        }
        case WireFormat.WIRETYPE_FIXED32 -> skip(4, end);
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> delimited(shape, field, end);
        case WireFormat.WIRETYPE_START_GROUP -> skipGroup(end);
        default -> isMalformed = true;
      }
      isMalformed |= field == 0;
    }
  }

  private void number(Shape shape, int field, long value) throws TooHeavyException {
    if (shape == Shape.FAMILY && field == 3 && MetricType.forNumber((int) value) == null) {
      unknownType = (int) value;
    }
    repeatedNumber(shape, field, 1);
  }

  private void repeatedNumber(Shape shape, int field, long count) throws TooHeavyException {
    if (shape == Shape.HISTOGRAM && (isDelta(field) || isCount(field))) {
      meter.numbers(count);
    }
  }

  private static boolean isDelta(int field) {
    return field == 10 || field == 13;
  }

  private static boolean isCount(int field) {
    return field == 11 || field == 14;
  }

  private void delimited(Shape shape, int field, int end) throws TooHeavyException {
    long length = varint(end) & 0xffff_ffffL;
    if (isMalformed || length > end - position) {
      isMalformed = true;
      return;
    }
    int to = position + (int) length;
    Shape inner = inner(shape, field);
    if (inner == Shape.METRIC) {
      metric(to);
    } else if (inner == Shape.LABEL || inner == Shape.EXEMPLAR_LABEL) {
      label(inner, to);
    } else if (inner != null) {
      meter.message(inner.fields);
      metricLines += lines(inner);
      fields(inner, to);
    } else {
      leaf(shape, field, to);
    }
    // The inner message may have ended early.
    position = to;
  }

  private void leaf(Shape shape, int field, int to) throws TooHeavyException {
    int length = to - position;
    if (shape == Shape.FAMILY && field == 1) {
      nameBytes = Math.max(nameBytes, length);
    } else if (shape == Shape.FAMILY && (field == 2 || field == 5)) {
      meter.help(length);
    } else if (shape == Shape.HISTOGRAM && isDelta(field)) {
      meter.numbers(varints(to));
    } else if (shape == Shape.HISTOGRAM && isCount(field)) {
      meter.numbers(length / BYTES_PER_DOUBLE);
    }
  }

  /** Returns the message that a field holds, or null. */
  private static @Nullable Shape inner(Shape shape, int field) {
    return switch (shape) {
      case FAMILY -> field == 4 ? Shape.METRIC : null;
      case METRIC ->
          switch (field) {
            case 1 -> Shape.LABEL;
            case 2, 5 -> Shape.NUMBERS;
            case 3 -> Shape.COUNTER;
            case 4 -> Shape.SUMMARY;
            case 7 -> Shape.HISTOGRAM;
            default -> null;
          };
      case COUNTER ->
          switch (field) {
            case 2 -> Shape.EXEMPLAR;
            case 3 -> Shape.NUMBERS;
            default -> null;
          };
      case SUMMARY -> field == 3 || field == 4 ? Shape.NUMBERS : null;
      case HISTOGRAM ->
          switch (field) {
            case 3 -> Shape.BUCKET;
            case 9, 12, 15 -> Shape.NUMBERS;
            case 16 -> Shape.EXEMPLAR;
            default -> null;
          };
      case BUCKET -> field == 3 ? Shape.EXEMPLAR : null;
      case EXEMPLAR ->
          switch (field) {
            case 1 -> Shape.EXEMPLAR_LABEL;
            case 3 -> Shape.NUMBERS;
            default -> null;
          };
      case LABEL, EXEMPLAR_LABEL, NUMBERS -> null;
    };
  }

  /** Returns an upper bound on the lines of text that a message adds to its metric. */
  private static int lines(Shape inner) {
    return switch (inner) {
      case SUMMARY -> 2;
      case HISTOGRAM -> 3;
      case NUMBERS, BUCKET, COUNTER -> 1;
      case FAMILY, METRIC, LABEL, EXEMPLAR, EXEMPLAR_LABEL -> 0;
    };
  }

  private void metric(int end) throws TooHeavyException {
    meter.metric();
    labels = 0;
    labelBytes = 0;
    metricLines = 0;
    fields(Shape.METRIC, end);
    meter.labels(labels, labelBytes);
    meter.lines(metricLines, 0, labelBytes);
    lines += metricLines;
  }

  /** Walks over a label, whose fields are both text. */
  private void label(Shape shape, int end) throws TooHeavyException {
    int name = 0;
    int value = 0;
    while (position < end && !isMalformed) {
      int tag = (int) varint(end);
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        // This field belongs to no label; later fields may.
        skipField(tag, end);
        continue;
      }
      long length = varint(end) & 0xffff_ffffL;
      if (isMalformed || length > end - position) {
        isMalformed = true;
        break;
      }
      int to = position + (int) length;
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        name = Math.max(name, (int) length);
      } else if (WireFormat.getTagFieldNumber(tag) == 2) {
        value = Math.max(value, escapedLength(to));
      }
      position = to;
    }
    meter.label(name, value);
    if (shape == Shape.LABEL) {
      labels++;
      labelBytes += 4L + name + value;
    }
  }

  private int escapedLength(int to) {
    int length = to - position;
    for (int i = position; i < to; i++) {
      byte each = body[i];
      if (each == '\\' || each == '"' || each == '\n') {
        length++;
      }
    }
    return length;
  }

  private long varints(int to) {
    long count = 0;
    for (int i = position; i < to; i++) {
      count += body[i] >= 0 ? 1 : 0;
    }
    return count;
  }

  private void skipField(int tag, int end) {
    switch (WireFormat.getTagWireType(tag)) {
      case WireFormat.WIRETYPE_VARINT -> varint(end);
      case WireFormat.WIRETYPE_FIXED64 -> skip(8, end);
      case WireFormat.WIRETYPE_FIXED32 -> skip(4, end);
      case WireFormat.WIRETYPE_LENGTH_DELIMITED -> skip(varint(end) & 0xffff_ffffL, end);
      case WireFormat.WIRETYPE_START_GROUP -> skipGroup(end);
      default -> isMalformed = true;
    }
  }

  /** Skips a group. Groups nest: the parser refuses deep ones, and this loop takes no stack. */
  private void skipGroup(int end) {
    int depth = 1;
    while (depth > 0 && !isMalformed) {
      int tag = (int) varint(end);
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_START_GROUP -> depth++;
        case WireFormat.WIRETYPE_END_GROUP -> depth--;
        default -> skipField(tag, end);
      }
    }
  }

  private void skip(long bytes, int end) {
    if (bytes > end - position) {
      isMalformed = true;
    } else {
      position += (int) bytes;
    }
  }

  private long varint(int end) {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES && position < end; i++) {
      byte next = body[position++];
      value |= (next & 0x7fL) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    isMalformed = true;
    return 0;
  }
}
