package io.holdfast.server.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.Gauge;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.server.migration.GobFile.Part;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PushgatewayFileTest {
  private static final long NANOS = 1_700_000_000_123_456_789L;
  private static final int MUTATIONS = 20_000;
  private static final long SEED = Long.getLong("holdfast.test.seed", 20_261_122L);

  /** What Pushgateway 1.5.1 has written. */
  private static byte[] real() {
    try (InputStream in =
        PushgatewayFileTest.class.getResourceAsStream("/migration/pushgateway-1.5.1.gob")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] gauge(String name, double value) {
    return MetricFamily.newBuilder()
        .setName(name)
        .setType(MetricType.GAUGE)
        .addMetric(Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(value)))
        .build()
        .toByteArray();
  }

  private static Part oneFamily() {
    return GobFile.group(GobFile.labels("job", "a"), GobFile.families("m", NANOS, gauge("m", 1)));
  }

  private static void assertDamaged(String expected, byte[] file) {
    String message =
        assertThrows(DamagedFileException.class, () -> ReadGroups.of(file)).getMessage();
    assertTrue(message.contains(expected), message);
  }

  @Test
  void realFile_isRead() throws DamagedFileException {
    assertEquals(
        Map.of(
            "{job=\"j1\",path=\"/var\"}", "c:COUNTER:2 g:GAUGE:1 push=TIME failure=null",
            "{instance=\"i\",job=\"j2\"}",
                "h:HISTOGRAM:1 s:SUMMARY:1 u:UNTYPED:1 push=TIME failure=null",
            "{job=\"failed\"}", "push=null failure=TIME",
            "{job=\"empty\",label=\"\"}", "push=TIME failure=null"),
        ReadGroups.of(real()).timeless());
  }

  @Test
  void times_areReadToTheNanosecond() throws DamagedFileException {
    byte[] file =
        new GobFile()
            .types()
            .groups(
                List.of(
                    GobFile.group(
                        GobFile.labels("job", "a"),
                        GobFile.families(
                            "m",
                            NANOS,
                            gauge("m", 1),
                            "push_time_seconds",
                            NANOS + 1,
                            gauge("push_time_seconds", 1.5),
                            "push_failure_time_seconds",
                            0L,
                            gauge("push_failure_time_seconds", 0)))))
            .written();
    assertEquals(
        Map.of("{job=\"a\"}", "m:GAUGE:1@" + NANOS + " push=1.5 failure=null"),
        ReadGroups.of(file).groups);
  }

  @Test
  void fieldsInAnotherOrder_andUnknownOnes_areFoundByName() throws DamagedFileException {
    byte[] file =
        new GobFile()
            .table(65, GobFile.NUMBER, 66)
            .structure(66, "Metrics", 68, "More", 72, "Labels", 67)
            .table(67, GobFile.TEXT, GobFile.TEXT)
            .table(68, GobFile.TEXT, 69)
            .structure(69, "GobbableMetricFamily", 71, "F", GobFile.FLOAT, "Timestamp", 70)
            .opaque(70, 6)
            .opaque(71, 7)
            .slice(72, 73)
            .structure(73, "Self", 72, "C", GobFile.COMPLEX, "B", GobFile.BYTES, "M", 67)
            .message(
                part -> {
                  part.signed(65).unsigned(0).unsigned(1).signed(-42);
                  // Metrics.
                  part.unsigned(1).unsigned(1).text("m");
                  part.unsigned(1).bytes(gauge("m", 1)).unsigned(1).unsigned(-1L);
                  part.unsigned(1).bytes(GobFile.time(NANOS)).unsigned(0);
                  // More: two elements, of which the first has another and all other fields.
                  part.unsigned(1).unsigned(2);
                  part.unsigned(1).unsigned(1).unsigned(0);
                  part.unsigned(1).unsigned(7).unsigned(8).unsigned(1).text("bytes");
                  part.unsigned(1).raw(GobFile.labels("x", "y")).unsigned(0);
                  part.unsigned(0);
                  // Labels.
                  part.unsigned(1).raw(GobFile.labels("job", "a")).unsigned(0);
                })
            .written();
    assertEquals(
        Map.of("{job=\"a\"}", "m:GAUGE:1@" + NANOS + " push=1.7000000001234567E9 failure=null"),
        ReadGroups.of(file).groups);
  }

  @Test
  void absentFields_areEmpty() throws DamagedFileException {
    Part timeless = new Part().unsigned(1).text("m").unsigned(2).bytes(gauge("m", 1)).unsigned(0);
    Part withoutFamily = new Part().unsigned(1).text("n").unsigned(0);
    byte[] file =
        new GobFile()
            .types()
            .groups(
                List.of(
                    new Part().unsigned(0),
                    GobFile.group(GobFile.labels("job", "a"), timeless),
                    GobFile.group(GobFile.labels("job", "b"), withoutFamily)))
            .written();
    ReadGroups read = ReadGroups.of(file);
    assertEquals(
        Map.of(
            "{}", "push=0.0 failure=null",
            "{job=\"a\"}", "m:GAUGE:1@0 push=0.0 failure=null",
            "{job=\"b\"}", "push=0.0 failure=null"),
        read.groups);
    assertEquals(Map.of("{job=\"b\"} n", "it has no message"), read.leftOut);
  }

  @Test
  void emptyMap_isNoDamage() throws DamagedFileException {
    assertEquals(Map.of(), ReadGroups.of(new GobFile().types().groups(List.of()).written()).groups);
  }

  @Test
  void largeFamily_isLeftOut_theOthersAreNot() throws DamagedFileException {
    byte[] file =
        new GobFile()
            .types()
            .groups(
                List.of(
                    GobFile.group(
                        GobFile.labels("job", "a"),
                        GobFile.families(
                            "l", NANOS, gauge("l".repeat(1_000), 1), "m", NANOS, gauge("m", 1)))))
            .written();
    ReadGroups read = ReadGroups.of(file, 500);
    assertEquals(List.of("{job=\"a\"} l"), List.copyOf(read.leftOut.keySet()));
    assertTrue(read.groups.get("{job=\"a\"}").startsWith("m:GAUGE:1@"), read.groups::toString);
  }

  @Test
  void largeGroup_isHandedOnInParts() throws DamagedFileException {
    Object[] families = new Object[3 * 100];
    for (int i = 0; i < 100; i++) {
      families[3 * i] = "m" + i;
      families[3 * i + 1] = NANOS + i;
      families[3 * i + 2] = gauge("m" + i + "_".repeat(20_000), 1);
    }
    Part group = GobFile.group(GobFile.labels("job", "a"), GobFile.families(families));
    ReadGroups read = ReadGroups.of(new GobFile().types().groups(List.of(group)).written());
    assertEquals(100, read.groups.get("{job=\"a\"}").split("GAUGE").length - 1);
    assertTrue(read.parts > 5 && read.largestPart < 20, read.parts + ", " + read.largestPart);
  }

  @Test
  void labelsThatAreNotUtf8_leaveTheirGroupOut_andNoOther() throws DamagedFileException {
    Part labels = new Part().unsigned(1).text("job").bytes(new byte[] {(byte) 0xff});
    Part odd = GobFile.group(labels, GobFile.families("m", NANOS, gauge("m", 1)));
    ReadGroups read =
        ReadGroups.of(new GobFile().types().groups(List.of(odd, oneFamily())).written());
    assertEquals(Map.of("{job=\"\uFFFD\"}", "its labels are not UTF-8"), read.leftOut);
    assertEquals(List.of("{job=\"a\"}"), List.copyOf(read.groups.keySet()));
  }

  @Test
  void pushTimeThatIsNoTime_isLeftOut() throws DamagedFileException {
    Part group =
        GobFile.group(
            GobFile.labels("job", "a"),
            GobFile.families(
                "push_failure_time_seconds",
                NANOS,
                gauge("push_failure_time_seconds", Double.NaN)));
    ReadGroups read = ReadGroups.of(new GobFile().types().groups(List.of(group)).written());
    assertEquals(
        Map.of("{job=\"a\"} push_failure_time_seconds", "it is not one time"), read.leftOut);
  }

  @Test
  void everyTruncation_isDamage() {
    byte[] real = real();
    for (int length = 0; length < real.length; length++) {
      byte[] cut = Arrays.copyOf(real, length);
      assertThrows(DamagedFileException.class, () -> ReadGroups.of(cut), "at " + length);
    }
  }

  @Test
  @Timeout(60)
  void mutations_areDamage_orReadAsSomething() {
    byte[] real = real();
    int damaged = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      long seed = SEED + i;
      byte[] mutated = mutated(real, RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
      try {
        ReadGroups unused = ReadGroups.of(mutated);
      } catch (DamagedFileException e) {
        damaged++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("replay with -Dholdfast.test.seed=" + seed, e);
      }
    }
    assertTrue(damaged > MUTATIONS / 4, damaged + " of " + MUTATIONS);
  }

  private static byte[] mutated(byte[] real, RandomGenerator random) {
    byte[] mutated = real.clone();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      int at = random.nextInt(mutated.length);
      switch (random.nextInt(4)) {
        case 0 -> mutated[at] = (byte) random.nextInt();
        case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
        // Lengths: many bytes follow, and they are the highest.
        case 2 -> {
          mutated[at] = (byte) -random.nextInt(1, 9);
          Arrays.fill(mutated, at + 1, Math.min(at + 9, mutated.length), (byte) 0xff);
        }
        default -> {
          int from = random.nextInt(mutated.length);
          int length = Math.min(random.nextInt(40), mutated.length - Math.max(at, from));
          System.arraycopy(real, from, mutated, at, length);
        }
      }
    }
    return mutated;
  }

  @Test
  void lengthsBeyondTheFile_areDamage_beforeAnythingIsAllocated() {
    byte[] message = new Part().unsigned(1L << 62).unsigned(0).toBytes();
    assertDamaged("at byte 0: a message of 4611686018427387904 bytes begins", message);
    byte[] groups =
        new GobFile()
            .types()
            .message(part -> part.signed(65).unsigned(0).unsigned(1L << 40))
            .written();
    assertDamaged("groups: length 1099511627776 (expected: at most the 0 bytes", groups);
  }

  @Test
  void valuesInOneAnother_withoutEnd_areDamage() {
    Part deep = new Part();
    for (int i = 0; i < 100_000; i++) {
      deep.unsigned(1).unsigned(1);
    }
    byte[] file =
        new GobFile()
            .table(65, GobFile.TEXT, 66)
            .structure(66, "Self", 67)
            .slice(67, 66)
            .groups(List.of(deep))
            .written();
    assertDamaged("values in one another", file);
  }

  @Test
  void otherStreams_areDamage_withTheReason() {
    assertDamaged("at byte 0: the file is empty", new byte[0]);
    assertDamaged(
        "the value is not a map",
        new GobFile().message(part -> part.signed(GobFile.TEXT).unsigned(0).text("x")).written());
    assertDamaged(
        "type 99 is not described",
        new GobFile().message(part -> part.signed(99).unsigned(0).unsigned(0)).written());
    assertDamaged(
        "a label value is not a string",
        new GobFile()
            .table(65, GobFile.TEXT, 66)
            .structure(66, "Labels", 67)
            .table(67, GobFile.TEXT, GobFile.NUMBER)
            .groups(List.of(new Part().unsigned(1).unsigned(0).unsigned(0)))
            .written());
    assertDamaged(
        "a value with its own type",
        new GobFile()
            .table(65, GobFile.TEXT, 66)
            .structure(66, "X", GobFile.INTERFACE)
            .groups(List.of(new Part().unsigned(1).text("").unsigned(0)))
            .written());
    assertDamaged("is described twice", new GobFile().types().slice(70, GobFile.TEXT).written());
  }

  @Test
  void bytesBehindTheEnd_areDamage() {
    byte[] whole = new GobFile().types().groups(List.of(oneFamily())).written();
    assertDamaged(
        "at byte " + whole.length + ": the file goes on behind its end",
        Arrays.copyOf(whole, whole.length + 1));
  }

  @Test
  void familyThatIsNoMessage_isDamage_atItsPlace() {
    byte[] bad = {0x0a, 0x7f};
    Part group = GobFile.group(GobFile.labels("job", "a"), GobFile.families("m", NANOS, bad));
    byte[] file = new GobFile().types().groups(List.of(group)).written();
    assertDamaged("at byte " + (file.length - 4) + ": metric family \"m\" of 2 bytes", file);
  }
}
