package io.holdfast.proto;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.proto.metrics.Counter;
import io.holdfast.proto.metrics.LabelPair;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** Bodies whose parsing is ended from outside. The steps are the questions for more heap. */
final class EndedParsingTest {
  private static final int SERIES = 20_000;
  private static final int LAST_STEP = 10;

  @Test
  void text_isReadNoFurtherThanTheStepThatEndsIt() {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < SERIES; i++) {
      body.append("m{series=\"").append(i).append("\"} 1\n");
    }
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    assertEnds(meter -> TextParser.parse(bytes, NameRule.LEGACY, meter));
  }

  @Test
  void protobuf_isReadNoFurtherThanTheStepThatEndsIt() throws IOException {
    MetricFamily.Builder family =
        MetricFamily.newBuilder().setName("m").setType(MetricType.COUNTER);
    for (int i = 0; i < SERIES; i++) {
      family.addMetric(
          Metric.newBuilder()
              .setCounter(Counter.newBuilder().setValue(1))
              .addLabel(LabelPair.newBuilder().setName("series").setValue(String.valueOf(i))));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    family.build().writeDelimitedTo(body);
    assertEnds(meter -> DelimitedParser.parse(body.toByteArray(), meter));
  }

  private static void assertEnds(ThrowingConsumer<HeapMeter> parser) {
    assertTrue(steps(parser, Integer.MAX_VALUE) > 100 * LAST_STEP, "too few steps");
    assertEquals(LAST_STEP, steps(parser, LAST_STEP));
  }

  private static int steps(ThrowingConsumer<HeapMeter> parser, int last) {
    int[] steps = new int[1];
    HeapMeter meter =
        new HeapMeter(
            1,
            8,
            bytes -> {
              steps[0]++;
              if (steps[0] == last) {
                throw new CancellationException();
              }
              return true;
            });
    if (last == Integer.MAX_VALUE) {
      assertDoesNotThrow(() -> parser.accept(meter));
    } else {
      assertThrows(CancellationException.class, () -> parser.accept(meter));
    }
    return steps[0];
  }
}
