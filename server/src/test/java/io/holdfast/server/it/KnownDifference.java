package io.holdfast.server.it;

import io.holdfast.proto.metrics.Histogram;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.server.it.Gateway.Answer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where Debian's Pushgateway, 1.5.1, answers generated requests otherwise than Holdfast, and why.
 * Whatever it does otherwise in requests that none of these describes is a mistake of Holdfast.
 */
enum KnownDifference {
  /** Not sent to it. */
  HANGS_ON_BASE64("1.5.1 holds a lock after a job that is no base64, and answers no more") {
    @Override
    boolean harms(Step step) {
      String path = new StepContent(step).path();
      int at = path.indexOf("job@base64/");
      return at >= 0 && !isBase64(path.substring(at + "job@base64/".length()).split("/", 2)[0]);
    }
  },

  /** Not sent to it. */
  TAKES_GROUPS_THAT_ARE_NOT_UTF8("such grouping labels fail every scrape of the real one") {
    @Override
    boolean harms(Step step) {
      String[] segments = new StepContent(step).path().split("/", -1);
      for (int i = 0; i < segments.length; i++) {
        boolean isEncoded = i > 0 && segments[i - 1].endsWith("@base64") && isBase64(segments[i]);
        if (!isUtf8(isEncoded ? decode(segments[i]) : segments[i])) {
          return true;
        }
      }
      return false;
    }
  },

  /** Not sent to it as it is: it gets what is in it. */
  KNOWS_NO_SNAPPY("1.6 brought snappy") {
    @Override
    boolean harms(Step step) {
      return new StepContent(step).withoutSnappy().isEmpty();
    }
  },

  DROPS_THE_CONNECTION("a request that makes it panic has no answer to compare with"),

  HAS_ANOTHER_LIBRARY("paths with a NUL, or that leave the root, are refused by Jetty") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      String path = last(steps).path();
      return actual.status() == 400 && (path.contains("\0") || path.contains(".."));
    }
  },

  OVERLOOKS_DAMAGE("1.5.1 overlooks damage of gzip and protobuf behind what it needs") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      return actual.status() == 400 && last(steps).isDamaged();
    }
  },

  TAKES_FAMILIES_WITHOUT_NAME_OR_TYPE("they fail its scrapes; names that are no UTF-8, too") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      return actual.status() == 400
          && last(steps).families().stream()
              .anyMatch(
                  family ->
                      family.getName().isEmpty()
                          || !family.getNameBytes().isValidUtf8()
                          || family.getUnknownFields().hasField(TYPE_FIELD));
    }
  },

  CHOOSES_A_TYPE_AT_RANDOM("in 1.5.1 the type of a family without metrics holds or not") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      return hasEmptyFamilies(steps) && (isInconsistent(expected) || isInconsistent(actual));
    }

    @Override
    boolean explainsScrapes(List<Step> steps, String expected) {
      return hasEmptyFamilies(steps);
    }
  },

  REFUSES_ODD_NAMES("names that only protobuf can say are refused by 1.5.1, escaped by 1.11") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      return expected.status() == 400
          && !last(steps).families().stream().allMatch(KnownDifference::hasPlainNames);
    }
  },

  KNOWS_NO_FLOAT_HISTOGRAMS("1.5.1 has no float histograms and no gauge histograms") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      return hasLaterHistograms(steps.get(steps.size() - 1));
    }

    @Override
    boolean explainsScrapes(List<Step> steps, String expected) {
      return steps.stream().anyMatch(KnownDifference::hasLaterHistograms);
    }
  },

  KNOWS_NO_QUOTED_NAMES("later versions read quoted names, and names within braces") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      return expected.status() == 400 && QUOTED_NAME.matcher(last(steps).text()).find();
    }
  },

  KNOWS_NO_QUOTE_IN_HELP("later versions read an escaped quote in HELP") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      return expected.status() == 400 && QUOTE_IN_HELP.matcher(last(steps).text()).find();
    }
  },

  TAKES_LE_TWICE("Prometheus refuses a scrape of a histogram that has a label le") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      return actual.text().contains("must not have an explicit \"le\" label");
    }
  },

  DOES_NOT_REDIRECT(
      "its router finds no path in the wrong case when labels follow a job in base64") {
    @Override
    boolean explains(List<Step> steps, Answer expected, Answer actual) {
      return expected.status() == 404 && actual.outcome().startsWith("307 to /metrics/job@base64/");
    }
  },

  FAILS_ITS_SCRAPE("what Holdfast keeps out of a scrape fails the real one's") {
    @Override
    boolean explainsScrapes(List<Step> steps, String expected) {
      return expected.equals(FAILED_SCRAPE);
    }
  };

  /** What stands for the exposition of one that could not be scraped. */
  static final String FAILED_SCRAPE = "no scrape";

  private static final int TYPE_FIELD = 3;
  private static final Pattern METRIC_NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern LABEL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  /** A bucket or a count that is no plain number, or a type of histogram that came later. */
  private static final Pattern FLOAT_HISTOGRAM =
      Pattern.compile(
          "gauge_?histogram|histogram[\\s\\S]*(_bucket|_count|le[ \t]*=)[^\n]*[ \t}]"
              + "([^\n ]*[.enI-]|\\d{16})",
          Pattern.CASE_INSENSITIVE);

  /** A quote or a brace where a name should be, or a label without a value. */
  private static final Pattern QUOTED_NAME =
      Pattern.compile(
          "(?m)^[ \t]*[{\"]|^[^#={]*\"|[{,][ \t]*[^=\n\"]*(\"|,|}|$)|#[ \t]*(TYPE|HELP)[^\n]*\"");

  private static final Pattern QUOTE_IN_HELP = Pattern.compile("#[ \t]*HELP[^\n]*\\\\\"");

  /** What Holdfast adds to the place of an error. */
  private static final Pattern COLUMN = Pattern.compile(" \\(column \\d+\\)$");

  /** The server's own words are behind it. */
  private static final String INCONSISTENT =
      "pushed metrics are invalid or inconsistent with existing metrics: ";

  private final String reason;

  KnownDifference(String reason) {
    this.reason = reason;
  }

  /** Whether the real one must not be sent this. */
  boolean harms(Step step) {
    return false;
  }

  /** Whether the last step may be answered otherwise after the ones before. */
  boolean explains(List<Step> steps, Answer expected, Answer actual) {
    return false;
  }

  boolean explainsScrapes(List<Step> steps, String expected) {
    return false;
  }

  static Optional<KnownDifference> thatHarms(Step step) {
    return Arrays.stream(values()).filter(known -> known.harms(step)).findFirst();
  }

  static Optional<KnownDifference> between(List<Step> steps, Answer expected, Answer actual) {
    return Arrays.stream(values())
        .filter(known -> known.explains(steps, expected, actual))
        .findFirst();
  }

  static Optional<KnownDifference> inScrapes(List<Step> steps, String expected) {
    return Arrays.stream(values())
        .filter(known -> known.explainsScrapes(steps, expected))
        .findFirst();
  }

  /** The part of an error's text that is upstream's. */
  static String upstreams(String text) {
    return text.startsWith(INCONSISTENT)
        ? INCONSISTENT
        : COLUMN.matcher(text.strip()).replaceAll("");
  }

  private static boolean isInconsistent(Answer answer) {
    return answer.text().startsWith(INCONSISTENT);
  }

  private static StepContent last(List<Step> steps) {
    return new StepContent(steps.get(steps.size() - 1));
  }

  private static boolean hasEmptyFamilies(List<Step> steps) {
    return steps.stream()
        .flatMap(step -> new StepContent(step).families().stream())
        .anyMatch(family -> family.getMetricCount() == 0);
  }

  private static boolean hasPlainNames(MetricFamily family) {
    return METRIC_NAME.matcher(family.getName()).matches()
        && family.getMetricList().stream()
            .flatMap(metric -> metric.getLabelList().stream())
            .allMatch(label -> LABEL_NAME.matcher(label.getName()).matches());
  }

  private static boolean hasLaterHistograms(Step step) {
    StepContent content = new StepContent(step);
    return FLOAT_HISTOGRAM.matcher(content.text()).find()
        || content.families().stream()
            .anyMatch(
                family ->
                    family.getType() == MetricType.GAUGE_HISTOGRAM
                        || family.getMetricList().stream()
                            .map(Metric::getHistogram)
                            .anyMatch(KnownDifference::isLater));
  }

  private static boolean isLater(Histogram histogram) {
    return histogram.getSampleCountFloat() != 0
        || histogram.getPositiveSpanCount() + histogram.getNegativeSpanCount() > 0
        || histogram.getBucketList().stream()
            .anyMatch(bucket -> bucket.getCumulativeCountFloat() != 0);
  }

  private static boolean isBase64(String text) {
    String bare = withoutPadding(text);
    return bare.matches("[A-Za-z0-9_-]*") && bare.length() % 4 != 1;
  }

  private static String decode(String base64) {
    byte[] decoded = Base64.getUrlDecoder().decode(withoutPadding(base64));
    return new String(decoded, StandardCharsets.ISO_8859_1);
  }

  private static String withoutPadding(String base64) {
    return base64.replaceAll("=*$", "").replaceAll("[\r\n]", "");
  }

  private static boolean isUtf8(String byteString) {
    try {
      byte[] bytes = byteString.getBytes(StandardCharsets.ISO_8859_1);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).hasArray();
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return name() + " (" + reason + ")";
  }
}
