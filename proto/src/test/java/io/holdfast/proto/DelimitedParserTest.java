package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.testkit.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DelimitedParserTest {
  private static final byte[][] DICTIONARY = {
    {0},
    {1},
    {(byte) 0xff},
    {(byte) 0x80},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x01},
    {0x0a, 0x01, 'm'},
    {0x18, 0x05},
    {0x18, 0x63},
    {0x22, 0x00},
    {0x23},
    {0x24},
    {0x0a, 0x00},
    {(byte) 0xc3},
  };

  @Test
  void parse_everythingTheSchemaKnows_isKept() throws ParseException {
    for (int i = 0; i < 1_000; i++) {
      long seed = Seed.ofCase(i);
      List<MetricFamily> families = new RandomFamilies(Seed.random(seed)).expressibleAsProtobuf();
      List<MetricFamily> parsed = DelimitedParser.parse(write(families));
      assertEquals(families, parsed, () -> Seed.message(seed));
      assertEquals(
          HexFormat.of().formatHex(write(families)),
          HexFormat.of().formatHex(write(parsed)),
          () -> Seed.message(seed));
    }
  }

  @Test
  void parse_familiesWithOneName_keepsTheLastInThePlaceOfTheFirst() throws ParseException {
    MetricFamily first = family("a").setHelp("first").build();
    MetricFamily other = family("b").build();
    MetricFamily last = family("a").setHelp("last").build();
    assertEquals(List.of(last, other), DelimitedParser.parse(write(List.of(first, other, last))));
  }

  @Test
  void parse_unknownFields_areDiscarded() throws ParseException {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(5).build())
            .addField(3, UnknownFieldSet.Field.newBuilder().addFixed32(5).build())
            .build();
    MetricFamily known = family("a").build();
    Metric metric = known.getMetric(0).toBuilder().setUnknownFields(unknown).build();
    MetricFamily family = known.toBuilder().setMetric(0, metric).setUnknownFields(unknown).build();
    assertEquals(List.of(known), DelimitedParser.parse(write(List.of(family))));
  }

  @Test
  void parse_unknownFields_weighNothing() throws ParseException {
    // Eight fields of two bytes, none of which the schema has.
    byte[] fields = HexFormat.of().parseHex("4001480150015801600168017001780120012801".repeat(8));
    UnknownFieldSet unknown;
    try {
      unknown = UnknownFieldSet.parseFrom(fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    HeapMeter plain = HeapMeter.unlimited();
    DelimitedParser.parse(write(List.of(family("a").build())), plain);
    HeapMeter stuffed = HeapMeter.unlimited();
    DelimitedParser.parse(write(List.of(family("a").setUnknownFields(unknown).build())), stuffed);
    assertEquals(plain.total(), stuffed.total());
  }

  @Test
  void parse_messageAboveTheAllowance_isNotBuilt() {
    byte[] family = new byte[6 + 2 * 50_000];
    // A length, a name, and metrics without anything in them.
    System.arraycopy(HexFormat.of().parseHex("a38d060a0161"), 0, family, 0, 6);
    for (int i = 6; i < family.length; i += 2) {
      family[i] = 0x22;
    }
    long[] asked = new long[1];
    HeapMeter meter =
        new HeapMeter(
            1,
            8,
            bytes -> {
              asked[0] += bytes;
              return asked[0] < 1 << 20;
            });
    assertThrows(TooHeavyException.class, () -> DelimitedParser.parse(family, meter));
    assertTrue(asked[0] < 2 << 20, () -> asked[0] + " bytes");
  }

  @ParameterizedTest
  @CsvSource({
    // A length without its message, and one whose end is missing.
    "05, message at byte 0: length 5 (expected: at most the 0 bytes that follow)",
    "030a016103, message at byte 4: length 3 (expected: at most the 0 bytes that follow)",
    "808080808080808040, 'message at byte 0: length 4611686018427387904 (expected: at most the 0"
        + " bytes that follow)'",
    "ffffffffffffffffff01, 'message at byte 0: length 18446744073709551615 (expected: at most the 0"
        + " bytes that follow)'",
    "ffffffffffffffffff02, message at byte 0: length is not a varint (expected: at most 64 bits)",
    "8080808080808080808001, message at byte 0: length is not a varint (expected: at most 64 bits)",
    "ff, message at byte 0: the body ends in its length",
    "00, message at byte 0: a metric family without a name",
    "0412026162, message at byte 0: a metric family without a name",
    "020a00, message at byte 0: a metric family without a name",
    "050a01611863, 'metric family \"a\": type 99 (expected: 0 to 5)'",
    "0e0a016118ffffffffffffffffff01, 'metric family \"a\": type -1 (expected: 0 to 5)'",
    "030a01ff, 'invalid metric name \"\\xff\" (expected: UTF-8)'",
  })
  void parse_bad_saysWhy(String hex, String message) {
    byte[] body = HexFormat.of().parseHex(hex);
    ParseException thrown = assertThrows(ParseException.class, () -> DelimitedParser.parse(body));
    assertEquals(message, thrown.getMessage());
    assertEquals(0, thrown.line());
    assertEquals(0, thrown.column());
  }

  @Test
  void parse_malformedMessage_saysWhere() {
    byte[] body = HexFormat.of().parseHex("030a01610222ff");
    ParseException thrown = assertThrows(ParseException.class, () -> DelimitedParser.parse(body));
    assertEquals("message at byte 4: ", thrown.getMessage().substring(0, 19));
  }

  @Test
  void parse_groupsNestedWithoutEnd_areRefused() {
    byte[] nested = new byte[100_000];
    // Field 15 of the kind that opens a group.
    Arrays.fill(nested, (byte) 0x7b);
    MetricFamily family = family("a").build();
    byte[] body = frame(ByteString.copyFrom(nested).concat(family.toByteString()));
    assertThrows(ParseException.class, () -> DelimitedParser.parse(body));
  }

  @Test
  void parse_damagedBodies_throwsNothingButParseException() {
    for (int i = 0; i < 500; i++) {
      long seed = Seed.ofCase(i);
      RandomGenerator random = Seed.random(seed);
      byte[] body = write(new RandomFamilies(random).expressibleAsProtobuf());
      Mutations mutations = new Mutations(random, DICTIONARY);
      for (int j = 0; j < 20; j++) {
        byte[] damaged = mutations.mutate(body);
        try {
          DelimitedParser.parse(damaged);
        } catch (ParseException expected) {
          // The usual outcome.
        } catch (RuntimeException e) {
          fail(HexFormat.of().formatHex(damaged) + "; " + Seed.message(seed), e);
        }
      }
    }
  }

  private static MetricFamily.Builder family(String name) {
    Metric.Builder metric =
        Metric.newBuilder().addLabel(LabelPair.newBuilder().setName("l").setValue("v"));
    metric.getGaugeBuilder().setValue(1);
    return MetricFamily.newBuilder().setName(name).setType(MetricType.GAUGE).addMetric(metric);
  }

  private static byte[] write(List<MetricFamily> families) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (MetricFamily family : families) {
      out.writeBytes(frame(family.toByteString()));
    }
    return out.toByteArray();
  }

  private static byte[] frame(ByteString message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = message.size();
    for (; rest >= 0x80; rest >>>= 7) {
      out.write(rest | 0x80);
    }
    out.write(rest);
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
