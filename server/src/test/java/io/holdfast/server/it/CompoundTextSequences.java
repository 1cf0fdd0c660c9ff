package io.holdfast.server.it;

import static io.holdfast.server.it.Step.put;

import java.util.List;
import java.util.stream.Stream;

/** Summaries and histograms in the text format, in every shape they may come in. */
final class CompoundTextSequences {
  private static final String TARGET = "/metrics/job/a";
  private static final String INTEGER =
      "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n";

  private CompoundTextSequences() {}

  static List<Sequence> all() {
    return Stream.of(
            summaries(), summaryNames(), histograms(), histogramNumbers(), gaugeHistograms())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Sequence> summaries() {
    return Stream.of(
            "s{quantile=\"0.5\"} 1\ns{quantile=\"0.9\"} 2\ns_sum 3\ns_count 4\n",
            "s_sum 3\ns_count 4\n",
            "s_count 4\n",
            "s_sum 3\n",
            "s{quantile=\"0.5\"} 1\n",
            "s 1\n",
            "s{a=\"b\"} 1\n",
            "s{quantile=\"0.9\"} 2\ns{quantile=\"0.5\"} 1\ns_sum 3\ns_count 4\n",
            "s{quantile=\"0.5\"} 1\ns{quantile=\"0.5\"} 2\ns_sum 3\ns_count 4\n",
            "s{quantile=\"0.5\",a=\"b\"} 1\ns_sum{a=\"b\"} 3\ns_count{a=\"b\"} 4\ns_count{a=\"c\"} 5\n",
            "s{a=\"b\",quantile=\"0.5\",c=\"d\"} 1\ns_sum{c=\"d\",a=\"b\"} 3\n",
            "s_count{quantile=\"0.5\"} 4\n",
            "s_sum{quantile=\"0.5\"} 4\n",
            "s_bucket{le=\"1\"} 4\n",
            "s{le=\"1\"} 4\n",
            "s{quantile=\"\"} 1\n",
            "s{quantile=\"x\"} 1\n",
            "s{quantile=\"NaN\"} 1\n",
            "s{quantile=\"0x1p-1\"} 1\n",
            "s{quantile=\"0.50\"} 1\n",
            "s{quantile=\"-1\"} 1\ns{quantile=\"2\"} 2\ns{quantile=\"1e1\"} 3\n",
            "s_count 4.9\n",
            "s_sum NaN\ns_count 0\n",
            "s_sum -1.5\ns_count 2\n",
            "s_count 1e3\n",
            "s_count 4\ns_count 5\n",
            "s_sum 4\ns_sum 5\n",
            "s_count 4 5\n",
            "s_count x\n",
            "s{quantile=\"0.5\"} NaN\ns_sum 0\ns_count 0\n",
            "other 1\ns_count 4\nother{a=\"b\"} 2\ns_sum 3\n")
        .map(text -> typed("summary", "s", text))
        .toList();
  }

  private static List<Sequence> summaryNames() {
    return List.of(
        body("s_count 4\n# TYPE s summary\ns_sum 3\n"),
        body("# TYPE s_count counter\ns_count 1\n"),
        body("# TYPE s summary\n# TYPE s_count counter\ns_count 1\n"),
        body("# TYPE s summary\ns_count 1\n# HELP s_count x\n"),
        body("# TYPE s summary\n# HELP s_count x\ns_count 1\n"),
        body("# TYPE s summary\n# HELP s_sum x\n# HELP s_count y\ns_count 1\n"),
        body("# TYPE s_count counter\ns_count 1\n# TYPE s summary\ns_sum 2\n"),
        body("# TYPE s counter\ns_count 1\ns 2\n"),
        body("# TYPE _count summary\n_count 1\n"),
        body("# TYPE _sum summary\n_sum 1\n"),
        body("# TYPE s_count summary\ns_count_count 1\n"),
        body("# TYPE s summary\ns_count_count 1\n"),
        body("# TYPE s summary\n# TYPE s_sum summary\ns_sum_sum 1\n"));
  }

  private static List<Sequence> histograms() {
    return Stream.of(
            INTEGER,
            "h_bucket{le=\"1\"} 1\n",
            "h_bucket{le=\"+Inf\"} 2\n",
            "h_bucket{le=\"Inf\"} 2\nh_count 2\n",
            "h_bucket{le=\"1\"} 1\nh_sum 3\nh_count 2\n",
            "h_sum 3\nh_count 2\n",
            "h_count 2\n",
            "h_sum 3\n",
            "h 1\n",
            "h{le=\"1\"} 1\n",
            "h_bucket 1\n",
            "h_bucket{a=\"b\"} 1\n",
            "h_bucket 1\nh_count 2\n",
            "h_bucket{le=\"2\"} 2\nh_bucket{le=\"1\"} 1\nh_count 2\n",
            "h_bucket{le=\"+Inf\"} 2\nh_bucket{le=\"1\"} 1\nh_count 2\n",
            "h_bucket{le=\"1\"} 1\nh_bucket{le=\"1\"} 2\nh_count 2\n",
            "h_bucket{le=\"1\"} 5\nh_bucket{le=\"2\"} 3\nh_count 2\n",
            "h_bucket{le=\"+Inf\"} 3\nh_count 2\n",
            "h_bucket{le=\"1\",a=\"b\"} 1\nh_count{a=\"b\"} 2\nh_count{a=\"c\"} 5\nh_sum{a=\"b\"} 4\n",
            "h_bucket{a=\"b\",le=\"1\",c=\"d\"} 1\nh_sum{c=\"d\",a=\"b\"} 3\n",
            "h_count{le=\"1\"} 2\n",
            "h_sum{le=\"1\"} 2\n",
            "h{quantile=\"0.5\"} 2\n",
            "h_bucket{le=\"1\",quantile=\"0.5\"} 2\n",
            "h_bucket{le=\"\"} 1\n",
            "h_bucket{le=\"x\"} 1\n",
            "h_bucket{le=\"NaN\"} 1\nh_count 2\n",
            "h_bucket{le=\"-Inf\"} 1\nh_count 2\n",
            "h_bucket{le=\"-0.5\"} 1\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"1e3\"} 2\nh_count 2\n",
            "h_bucket{le=\"1\"} 1\nh_count 2\nh_count 3\n",
            "h_sum NaN\nh_count 0\n",
            "h_sum -2.5\nh_count 1e6\n",
            "h_count 2 3\n",
            "h_count x\n",
            "h_bucket{le=\"1\"} 1\nother 1\nh_count 2\nother{a=\"b\"} 2\nh_sum 3\n")
        .map(text -> typed("histogram", "h", text))
        .toList();
  }

  private static List<Sequence> histogramNumbers() {
    String reason = "1.10 brought float histograms";
    Step empty = put(TARGET, "");
    return List.of(
        typed("histogram", "h", "h_bucket{le=\"1\"} 1.5\nh_sum 3\nh_count 2\n")
            .insteadBecause(reason, List.of(200), empty)
            .exposing(floats("1.5", "2")),
        typed("histogram", "h", "h_bucket{le=\"1\"} 1\nh_sum 3\nh_count 2.5\n")
            .insteadBecause(reason, List.of(200), empty)
            .exposing(floats("1", "2.5")),
        typed("histogram", "h", "h_bucket{le=\"1\"} 0.5\nh_sum 3\nh_count 0.75\n")
            .insteadBecause(reason, List.of(200), empty)
            .exposing(floats("0.5", "0.75")),
        typed("histogram", "h", "h_count -1\n")
            .insteadBecause(reason, List.of(400), put(TARGET, "!\n")),
        typed("histogram", "h", "h_bucket{le=\"1\"} -1\nh_count 1\n")
            .insteadBecause(reason, List.of(400), put(TARGET, "!\n")),
        typed("histogram", "h", "h_bucket{le=\"1\"} -0.5\nh_count 1\n")
            .insteadBecause(reason, List.of(400), put(TARGET, "!\n")),
        body("h_count 4\n# TYPE h histogram\nh_sum 3\n"),
        body("# TYPE h histogram\n# TYPE h_bucket counter\nh_bucket{le=\"1\"} 1\n"),
        body("# TYPE h histogram\n# HELP h_bucket x\nh_bucket{le=\"1\"} 1\nh_count 1\n"),
        body("# TYPE h_bucket gauge\nh_bucket{le=\"1\"} 1\nh_count 1\n"),
        body("# TYPE _bucket histogram\n_bucket{le=\"1\"} 1\n"),
        body("# TYPE h histogram\nh_bucket_count 1\n"));
  }

  private static List<Sequence> gaugeHistograms() {
    String reason = "Later versions know gauge histograms";
    Step histogram = put(TARGET, "# TYPE h histogram\n" + INTEGER);
    return List.of(
        typed("gauge_histogram", "h", INTEGER)
            .insteadBecause(reason, List.of(200), histogram)
            .ignoringApi(),
        typed("gaugehistogram", "h", INTEGER)
            .insteadBecause(reason, List.of(200), histogram)
            .ignoringApi(),
        typed("GaugeHistogram", "h", INTEGER)
            .insteadBecause(reason, List.of(200), histogram)
            .ignoringApi(),
        body("# TYPE h gaugehistogram\nh_gsum 1\n")
            .insteadBecause(reason, List.of(200), put(TARGET, "h_gsum 1\n")));
  }

  /** What such a float histogram looks like in a scrape. */
  private static String floats(String bucket, String count) {
    String labels = "instance=\"\",job=\"a\"";
    return String.format(
        """
        # TYPE h histogram
        h_bucket{%1$s,le="1"} %2$s
        h_bucket{%1$s,le="+Inf"} %3$s
        h_sum{%1$s} 3
        h_count{%1$s} %3$s
        """,
        labels, bucket, count);
  }

  private static Sequence typed(String type, String name, String samples) {
    return body("# TYPE " + name + " " + type + "\n" + samples);
  }

  private static Sequence body(String text) {
    return Sequence.of("compound <" + text.replace("\n", "\\n") + ">", put(TARGET, text));
  }
}
