package io.holdfast.benchmarks;

import io.holdfast.proto.DelimitedParser;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.proto.TextWriter;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.storage.Change;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.PushPreparation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The cost of a push on the request's thread: parsing, preparing, and rendering of its families.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class PushBenchmark {
  private static final GroupKey GROUP = GroupKey.of(new TreeMap<>(Map.of("job", "nightly")));
  private static final ContentLimits LIMITS = ContentLimits.ofText(1 << 30);
  private static final long RECEIVED_AT_NANOS = 1_700_000_000_000_000_000L;

  @Param({"7", "1000"})
  public int families;

  private byte[] text;
  private byte[] delimited;
  private List<MetricFamily> parsed;

  /** Builds one body in both formats. */
  @Setup
  public void build() {
    text = Bodies.text(families, 1);
    delimited = Bodies.delimited(text);
    parsed = Bodies.families(text);
  }

  @Benchmark
  public List<MetricFamily> parseText() throws ParseException {
    return TextParser.parse(text, NameRule.UTF8);
  }

  @Benchmark
  public List<MetricFamily> parseProtobuf() throws ParseException {
    return DelimitedParser.parse(delimited);
  }

  /** Checks, sorts, hashes and renders, as far as that needs no lock and no store. */
  @Benchmark
  public Change prepare() {
    return PushPreparation.prepare(GROUP, true, RECEIVED_AT_NANOS, parsed, LIMITS);
  }

  @Benchmark
  public void render(Blackhole blackhole) {
    for (MetricFamily family : parsed) {
      blackhole.consume(
          TextWriter.samples(family.getName(), family.getType(), family.getMetricList()));
    }
  }
}
