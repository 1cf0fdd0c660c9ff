package io.holdfast.server.it;

import static io.holdfast.server.it.Families.counter;
import static io.holdfast.server.it.Families.counterOf;
import static io.holdfast.server.it.Families.family;
import static io.holdfast.server.it.Families.gauge;
import static io.holdfast.server.it.Families.gaugeOf;
import static io.holdfast.server.it.Families.histogram;
import static io.holdfast.server.it.Families.histogramOf;
import static io.holdfast.server.it.Step.delete;
import static io.holdfast.server.it.Step.post;
import static io.holdfast.server.it.Step.put;
import static io.holdfast.server.it.Step.putFamilies;

import io.holdfast.proto.metrics.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pushes that fit, or do not fit, to what is there: types, series, reserved suffixes, self metrics.
 */
final class ConsistencySequences {
  private static final String A = "/metrics/job/a";
  private static final String B = "/metrics/job/b";
  private static final String C = "/metrics/job/c";

  private ConsistencySequences() {}

  static List<Sequence> all() {
    return Stream.of(typePairs(), types(), suffixes(), series(), ownMetrics(), pushTimes(), help())
        .flatMap(List::stream)
        .toList();
  }

  /** Every ordered pair of types for one name in two groups. */
  private static List<Sequence> typePairs() {
    List<String> types = List.of("counter", "gauge", "untyped", "summary", "histogram");
    List<Sequence> pairs = new ArrayList<>();
    for (String first : types) {
      for (String second : types) {
        pairs.add(
            Sequence.of(
                "a " + first + " in one group, a " + second + " in another",
                put(A, sampleOf("m", first)),
                put(B, sampleOf("m", second))));
      }
    }
    return pairs;
  }

  private static List<Sequence> types() {
    String counter = "# TYPE m counter\nm 1\n";
    String gauge = "# TYPE m gauge\nm 2\n";
    return List.of(
        Sequence.of("a POST changes the type of its own family", put(A, counter), post(A, gauge)),
        Sequence.of("a PUT changes the type of its own family", put(A, counter), put(A, gauge)),
        Sequence.of(
            "a type may change once its group is deleted",
            put(A, counter),
            delete(A),
            put(B, gauge)),
        Sequence.of(
            "a type may change once its family is replaced",
            put(A, counter),
            put(A, "n 1\n"),
            put(B, gauge)),
        Sequence.of(
            "a type may not change while a third group has it",
            put(A, counter),
            put(B, counter),
            delete(A),
            put(C, gauge),
            delete(B),
            put(C, gauge)),
        Sequence.of(
            "a conflict in one family refuses the whole push",
            put(A, counter),
            put(B, "n 1\n"),
            post(B, "n 2\no 3\n" + gauge)),
        Sequence.of(
            "a refused PUT replaces nothing", put(A, counter), put(B, "n 1\n"), put(B, gauge)),
        Sequence.of(
            "a refused push makes a group, which can be deleted",
            put(A, counter),
            put(B, gauge),
            delete(B)),
        Sequence.of(
            "a refused push, then a good one", put(A, counter), put(B, gauge), put(B, counter)),
        Sequence.of(
            "a good push, then a refused one, then a good one",
            put(A, counter),
            put(B, counter),
            put(B, gauge),
            post(B, "n 1\n")),
        Sequence.of(
                "a gauge histogram in one group, a histogram in another",
                putFamilies(A, family("m", MetricType.GAUGE_HISTOGRAM, histogramOf(2, 3, 1, 1))),
                put(B, sampleOf("m", "histogram")))
            .insteadBecause(
                "It is random in the real one; here gauge histograms escape the check",
                List.of(200, 200),
                putFamilies(A, histogram("m", histogramOf(2, 3, 1, 1))),
                put(B, sampleOf("m", "histogram")))
            .ignoringApi());
  }

  private static List<Sequence> suffixes() {
    List<Sequence> sequences = new ArrayList<>();
    for (String compound : List.of("summary", "histogram")) {
      for (String suffix : List.of("_count", "_sum", "_bucket", "_total", "_created", "_gsum")) {
        for (String other : List.of("gauge", "summary", "histogram")) {
          String big = sampleOf("s", compound);
          String small = sampleOf("s" + suffix, other);
          String names = "a " + compound + " s and a " + other + " s" + suffix;
          sequences.add(Sequence.of(names + ", in two groups", put(A, big), put(B, small)));
          sequences.add(
              Sequence.of(names + ", in two groups, backwards", put(A, small), put(B, big)));
        }
        String gauge = sampleOf("s" + suffix, "gauge");
        String names = "a " + compound + " s and a gauge s" + suffix;
        sequences.add(
            Sequence.of(names + ", in one group", put(A, sampleOf("s", compound)), post(A, gauge)));
        sequences.add(
            Sequence.of(names + ", in one body", put(A, gauge + sampleOf("s", compound))));
        sequences.add(
            Sequence.of(
                names + ", after a DELETE",
                put(A, sampleOf("s", compound)),
                delete(A),
                put(B, gauge)));
      }
    }
    sequences.add(
        Sequence.of(
            "a counter s and a gauge s_count",
            put(A, sampleOf("s", "counter")),
            put(B, sampleOf("s_count", "gauge"))));
    sequences.add(
        Sequence.of(
            "a summary may become a gauge beside s_count",
            put(A, sampleOf("s", "summary")),
            put(A, sampleOf("s", "gauge")),
            put(B, sampleOf("s_count", "gauge"))));
    sequences.add(
        Sequence.of(
            "a gauge may not become a summary beside s_count",
            put(A, sampleOf("s", "gauge")),
            put(B, sampleOf("s_count", "gauge")),
            put(A, sampleOf("s", "summary"))));
    return sequences;
  }

  private static List<Sequence> series() {
    return List.of(
        Sequence.of("a series twice in a body", put(A, "m 1\nm 1\n")),
        Sequence.of(
            "a series twice once job is overwritten", put(A, "m{job=\"x\"} 1\nm{job=\"y\"} 2\n")),
        Sequence.of(
            "a series twice once instance is overwritten",
            put(A + "/instance/i", "m{instance=\"x\"} 1\nm 2\n")),
        Sequence.of(
            "a series twice once a grouping label is overwritten",
            put(A + "/b/c", "m{b=\"x\"} 1\nm{b=\"y\"} 2\n")),
        Sequence.of("an explicit empty instance and none", put(A, "m{instance=\"\"} 1\nm 2\n")),
        Sequence.of(
            "an instance of the body's own", put(A, "m{instance=\"x\"} 1\nm{instance=\"y\"} 2\n")),
        Sequence.of(
            "two groups, one series by the instance label",
            put(A + "/instance/i", "m 1\n"),
            put(A, "m{instance=\"i\"} 2\n")),
        Sequence.of(
            "two groups, one series, the other way",
            put(A, "m{instance=\"i\"} 2\n"),
            put(A + "/instance/i", "m 1\n")),
        Sequence.of(
            "two groups, one series by another label",
            put(A + "/b/c", "m 1\n"),
            put(A, "m{b=\"c\"} 2\n")),
        Sequence.of(
            "two groups, one series, the first is deleted",
            put(A + "/b/c", "m 1\n"),
            put(A, "m{b=\"c\"} 2\n"),
            delete(A + "/b/c"),
            put(A, "m{b=\"c\"} 2\n")),
        Sequence.of(
            "two groups, one series, the first moves away",
            put(A + "/b/c", "m 1\n"),
            post(A + "/b/c", "m{d=\"e\"} 1\n"),
            put(A, "m{b=\"c\"} 2\n")),
        Sequence.of(
            "two groups that differ by an empty label",
            put(A + "/b@base64/=", "m 1\n"),
            put(A, "m{b=\"\"} 2\n")),
        Sequence.of(
            "two groups that differ in an empty label only",
            put(A + "/b@base64/=", "m 1\n"),
            put(A, "m 2\n")),
        Sequence.of(
            "labels in another order",
            put(A + "/b/c", "m{d=\"e\"} 1\n"),
            put(A, "m{d=\"e\",b=\"c\"} 2\n")),
        Sequence.of(
            "one summary in two groups",
            put(A + "/b/c", sampleOf("s", "summary")),
            put(A, "# TYPE s summary\ns_count{b=\"c\"} 1\n")),
        Sequence.of(
            "the same series pushed again", put(A, "m 1\n"), put(A, "m 2\n"), post(A, "m 3\n")),
        Sequence.of("many series, one of them twice", put(A, manySeries() + "m{i=\"50\"} 1\n")),
        Sequence.of("many series", put(A, manySeries())),
        Sequence.of(
            "a family twice in protobuf, of which the first has a bad series",
            putFamilies(A, gauge("m", gaugeOf(1), gaugeOf(2)), gauge("m", gaugeOf(3)))),
        Sequence.of(
            "two metrics of one series in protobuf",
            putFamilies(A, counter("m", counterOf(1), counterOf(2)))));
  }

  private static List<Sequence> ownMetrics() {
    return List.of(
        Sequence.of(
            "pushing pushgateway_build_info as a counter",
            put(A, "# TYPE pushgateway_build_info counter\npushgateway_build_info 1\n")),
        Sequence.of(
                "pushing pushgateway_build_info as a gauge",
                put(A, "# TYPE pushgateway_build_info gauge\npushgateway_build_info 1\n"))
            .ignoringHelp(),
        Sequence.of(
            "pushing pushgateway_http_requests_total as a gauge",
            put(
                A,
                "# TYPE pushgateway_http_requests_total gauge\npushgateway_http_requests_total 1\n")),
        Sequence.of(
                "pushing pushgateway_http_requests_total as a counter",
                put(
                    A,
                    "# TYPE pushgateway_http_requests_total counter\npushgateway_http_requests_total{code=\"x\"} 1\n"))
            .insteadBecause(
                "The real one corrects only help it has seen at its start",
                List.of(200),
                put(A, ""))
            .exposing(
                """
                # TYPE pushgateway_http_requests_total counter
                pushgateway_http_requests_total{code="x",instance="",job="a"} 1
                """)
            .ignoringHelp(),
        Sequence.of(
            "pushing pushgateway_http_push_duration_seconds as a gauge",
            put(
                A,
                "# TYPE pushgateway_http_push_duration_seconds gauge\npushgateway_http_push_duration_seconds 1\n")),
        Sequence.of(
            "pushing pushgateway_http_push_size_bytes_sum",
            put(A, "pushgateway_http_push_size_bytes_sum 1\n")),
        Sequence.of(
            "pushing pushgateway_http_push_size_bytes_count",
            put(A, "pushgateway_http_push_size_bytes_count 1\n")),
        Sequence.of("pushing pushgateway_unheard_of", put(A, "pushgateway_unheard_of 1\n")),
        Sequence.of(
                "pushing process_cpu_seconds_total as a gauge",
                put(A, "# TYPE process_cpu_seconds_total gauge\nprocess_cpu_seconds_total 1\n"))
            .insteadBecause("A pushed process_* wins, the own one yields", List.of(200), put(A, ""))
            .exposing(
                "# TYPE process_cpu_seconds_total gauge\nprocess_cpu_seconds_total{instance=\"\",job=\"a\"} 1\n"),
        Sequence.of(
                "pushing process_cpu_seconds_total as a counter",
                put(A, "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1\n"))
            .ignoringHelp(),
        Sequence.of(
                "pushing go_goroutines as a counter",
                put(A, "# TYPE go_goroutines counter\ngo_goroutines 1\n"))
            .insteadBecause("Here go_* is not the server's own", List.of(200), put(A, ""))
            .exposing("# TYPE go_goroutines counter\ngo_goroutines{instance=\"\",job=\"a\"} 1\n"),
        Sequence.of(
                "pushing go_goroutines as a gauge",
                put(A, "# TYPE go_goroutines gauge\ngo_goroutines 1\n"))
            .ignoringHelp(),
        Sequence.of(
            "pushing jvm_info as a gauge",
            put(A, "# HELP jvm_info x\n# TYPE jvm_info gauge\njvm_info 1\n")),
        Sequence.of(
            "pushing jvm_threads_current in two groups",
            put(A, "# TYPE jvm_threads_current gauge\njvm_threads_current 1\n"),
            put(B, "# TYPE jvm_threads_current gauge\njvm_threads_current 2\n")),
        Sequence.of(
            "pushing jvm_memory_used_bytes as a summary",
            put(A, sampleOf("jvm_memory_used_bytes", "summary"))));
  }

  private static List<Sequence> pushTimes() {
    return List.of(
        Sequence.of(
            "pushing push_time_seconds",
            put(A, "# TYPE push_time_seconds gauge\npush_time_seconds 5\n")),
        Sequence.of(
            "pushing push_time_seconds as a counter",
            put(A, "# TYPE push_time_seconds counter\npush_time_seconds 5\n")),
        Sequence.of(
            "pushing push_time_seconds with labels", put(A, "push_time_seconds{b=\"c\"} 5\nm 1\n")),
        Sequence.of("pushing push_time_seconds_count", put(A, "push_time_seconds_count 5\n")),
        Sequence.of(
            "pushing push_failure_time_seconds first",
            put(A, "# TYPE push_failure_time_seconds gauge\npush_failure_time_seconds 5\n")),
        Sequence.of(
                "pushing push_failure_time_seconds again",
                put(A, "m 1\n"),
                put(A, "# TYPE push_failure_time_seconds gauge\npush_failure_time_seconds 5\n"))
            .insteadBecause("It is always ours", List.of(200, 200), put(A, "")),
        Sequence.of(
                "pushing push_failure_time_seconds as a counter, again",
                put(A, "m 1\n"),
                post(A, "# TYPE push_failure_time_seconds counter\npush_failure_time_seconds 5\n"))
            .insteadBecause("It is always ours", List.of(200, 200), put(A, "m 1\n")),
        Sequence.of(
                "an empty push_failure_time_seconds in protobuf",
                put(A, "m 1\n"),
                putFamilies(A, gauge("push_failure_time_seconds")))
            .insteadBecause("It is always ours", List.of(200, 200), put(A, "")),
        Sequence.of(
                "job=a, then job=a and an empty instance",
                put(A, "m 1\n"),
                put(A + "/instance@base64/=", "n 1\n"))
            .insteadBecause(
                "The scrape goes on: the later group's push times are shadowed",
                List.of(200, 400),
                put(A, "m 1\n"))
            .ignoringApi(),
        Sequence.of(
                "job=a and an empty instance, then job=a",
                put(A + "/instance@base64/=", "n 1\n"),
                put(A, "m 1\n"))
            .insteadBecause(
                "The scrape goes on: the later group's push times are shadowed",
                List.of(200, 400),
                put(A + "/instance@base64/=", "n 1\n"))
            .ignoringApi());
  }

  private static List<Sequence> help() {
    return List.of(
        Sequence.of(
                "different help in two groups",
                put(A, "# HELP m one\nm 1\n"),
                put(B, "# HELP m two\nm 2\n"))
            .ignoringHelp(),
        Sequence.of("help in one group only", put(A, "# HELP m one\nm 1\n"), put(B, "m 2\n"))
            .ignoringHelp(),
        Sequence.of(
            "the same help in two groups",
            put(A, "# HELP m one\nm 1\n"),
            put(B, "# HELP m one\nm 2\n")),
        Sequence.of(
            "help changes within a group",
            put(A, "# HELP m one\nm 1\n"),
            put(A, "# HELP m two\nm 2\n")),
        Sequence.of(
            "help goes away within a group", put(A, "# HELP m one\nm 1\n"), post(A, "m 2\n")),
        Sequence.of(
                "help of a deleted group",
                put(A, "# HELP m one\nm 1\n"),
                put(B, "# HELP m two\nm 2\n"),
                delete(A))
            .ignoringHelp(),
        Sequence.of(
            "help of push_time_seconds is not the pusher's",
            put(A, "# HELP push_time_seconds x\npush_time_seconds 1\n")));
  }

  private static String sampleOf(String name, String type) {
    String samples =
        switch (type) {
          case "summary" -> name + "_sum 1\n" + name + "_count 2\n";
          case "histogram" ->
              name + "_bucket{le=\"1\"} 1\n" + name + "_sum 1\n" + name + "_count 2\n";
          default -> name + " 1\n";
        };
    return "# TYPE " + name + " " + type + "\n" + samples;
  }

  private static String manySeries() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      text.append("m{i=\"").append(i).append("\"} ").append(i).append('\n');
    }
    return text.toString();
  }
}
