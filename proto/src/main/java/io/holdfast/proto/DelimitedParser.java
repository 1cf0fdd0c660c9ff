package io.holdfast.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UnknownFieldSet;
import io.holdfast.proto.metrics.MetricFamily;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code io.prometheus.client.MetricFamily} messages, each behind its length as a varint.
 *
 * <p>Everything that the schema knows is kept, native histograms, exemplars and created timestamps
 * included. Unknown fields are discarded: no scrape shows them, and two bytes of them are four
 * objects. The parser refuses what would break a scrape: a family without a name, a name that is
 * not UTF-8, a type that does not exist. The caller checks the metrics: whether they fit the type,
 * and whether their labels are UTF-8.
 */
public final class DelimitedParser {
  private static final int MAX_VARINT_BYTES = 10;

  private static final Parser<MetricFamily> FAMILIES =
      DiscardUnknownFieldsParser.wrap(MetricFamily.parser());

  private final byte[] body;
  private final HeapMeter meter;
  private int position;

  private DelimitedParser(byte[] body, HeapMeter meter) {
    this.body = body;
    this.meter = meter;
  }

  /**
   * Returns the families in order of first appearance. Of two families with one name the last is
   * kept, in the place of the first.
   *
   * @param meter asked for a message's heap before the message is built
   * @throws TooHeavyException if the meter does not grant it
   * @throws ParseException if the body ends inside a message, or a message is malformed or can't be
   *     exposed
   */
  public static List<MetricFamily> parse(byte[] body, HeapMeter meter) throws ParseException {
    DelimitedParser parser = new DelimitedParser(body, meter);
    Map<String, MetricFamily> families = new LinkedHashMap<>();
    while (parser.position < body.length) {
      MetricFamily family = parser.readFamily();
      families.put(family.getName(), family);
    }
    return new ArrayList<>(families.values());
  }

  /** Returns the families of a body that may take any heap. */
  public static List<MetricFamily> parse(byte[] body) throws ParseException {
    return parse(body, HeapMeter.unlimited());
  }

  private MetricFamily readFamily() throws ParseException {
    int start = position;
    long length = readLength();
    int rest = body.length - position;
    if (length < 0 || length > rest) {
      throw new ParseException(
          "message at byte %d: length %s (expected: at most the %d bytes that follow)"
              .formatted(start, Long.toUnsignedString(length), rest));
    }
    Integer unknownType = FamilyWalk.measure(body, position, position + (int) length, meter);
    MetricFamily family;
    try {
      family = FAMILIES.parseFrom(body, position, (int) length);
    } catch (InvalidProtocolBufferException e) {
      throw new ParseException("message at byte %d: %s".formatted(start, e.getMessage()));
    }
    position += (int) length;
    check(family, start);
    if (unknownType != null) {
      throw unknownType(family, unknownType);
    }
    return family;
  }

  private long readLength() throws ParseException {
    int start = position;
    long length = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      if (position == body.length) {
        throw new ParseException(
            "message at byte %d: the body ends in its length".formatted(start));
      }
      byte next = body[position++];
      if (i == MAX_VARINT_BYTES - 1 && (next < 0 || next > 1)) {
        break;
      }
      length |= (next & 0x7fL) << (7 * i);
      if (next >= 0) {
        return length;
      }
    }
    throw new ParseException(
        "message at byte %d: length is not a varint (expected: at most 64 bits)".formatted(start));
  }

  private static void check(MetricFamily family, int start) throws ParseException {
    if (family.getName().isEmpty()) {
      throw new ParseException(
          "message at byte %d: a metric family without a name".formatted(start));
    }
    requireExposable(family);
  }

  /**
   * Refuses what this parser refuses of a message that is well-formed.
   *
   * @throws ParseException if the family has no name, one that is not UTF-8, or an unknown type
   */
  public static void requireExposable(MetricFamily family) throws ParseException {
    if (family.getName().isEmpty()) {
      throw new ParseException("a metric family without a name");
    }
    checkUtf8(family.getNameBytes());
    // Generated code files numbers that its enum lacks under the unknown fields.
    UnknownFieldSet unknown = family.getUnknownFields();
    List<Long> unknownTypes = unknown.getField(MetricFamily.TYPE_FIELD_NUMBER).getVarintList();
    if (!unknownTypes.isEmpty()) {
      throw unknownType(family, unknownTypes.get(unknownTypes.size() - 1));
    }
  }

  private static ParseException unknownType(MetricFamily family, long type) {
    return new ParseException(
        "metric family %s: type %d (expected: 0 to 5)"
            .formatted(GoQuote.quote(family.getName()), type));
  }

  private static void checkUtf8(ByteString text) throws ParseException {
    if (!text.isValidUtf8()) {
      byte[] bytes = text.toByteArray();
      throw new ParseException(
          "invalid metric name %s (expected: UTF-8)"
              .formatted(GoQuote.quote(bytes, 0, bytes.length)));
    }
  }
}
