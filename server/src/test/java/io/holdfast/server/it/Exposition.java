package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a scrape in text format 0.0.4 says. Written apart from the server's own parser on purpose,
 * and strict about what only a writer can get wrong: families in one piece, no series twice,
 * samples under their own family.
 */
final class Exposition {
  private static final Set<String> PUSH_TIMES =
      Set.of("push_time_seconds", "push_failure_time_seconds");
  private static final Set<String> WITHIN_A_SERIES = Set.of("le", "quantile");

  private final SortedMap<String, Family> families = new TreeMap<>();

  private Exposition() {}

  /** Fails with the offending line when the text is not a proper exposition. */
  static Exposition parse(String text) {
    Exposition exposition = new Exposition();
    Family current = null;
    String help = null;
    String helpFor = null;
    assertTrue(text.isEmpty() || text.endsWith("\n"), "the last line does not end");
    for (String line : text.isEmpty() ? new String[0] : text.split("\n", -1)) {
      if (line.isEmpty()) {
        continue; // After the last line feed.
      }
      if (line.startsWith("# HELP ")) {
        String[] parts = line.split(" ", 4);
        helpFor = parts[2];
        help = parts.length > 3 ? parts[3] : "";
      } else if (line.startsWith("# TYPE ")) {
        String[] parts = line.split(" ", 4);
        current = new Family(parts[2], parts[3], parts[2].equals(helpFor) ? help : null);
        assertTrue(exposition.families.put(parts[2], current) == null, "twice: " + line);
      } else {
        Sample sample = new SampleLine(line).read();
        assertTrue(current != null && current.owns(sample.name()), "outside its family: " + line);
        current.samples().add(sample);
      }
    }
    return exposition;
  }

  /**
   * Only what was pushed: a server's own series have no job. Push times become 0 or 1: never, or at
   * some time.
   */
  Exposition pushed() {
    Exposition pushed = new Exposition();
    for (Family family : families.values()) {
      Family kept = new Family(family.name(), family.type(), family.help());
      for (Sample sample : family.samples()) {
        if (!sample.label("job").isEmpty()) {
          boolean isSet = PUSH_TIMES.contains(family.name()) && !sample.value().equals("0");
          kept.samples().add(isSet ? sample.withValue("1") : sample);
        }
      }
      if (!kept.samples().isEmpty()) {
        pushed.families.put(kept.name(), kept);
      }
    }
    return pushed;
  }

  /** Without the series of one job. */
  Exposition withoutJob(String job) {
    Exposition rest = new Exposition();
    for (Family family : families.values()) {
      Family kept = new Family(family.name(), family.type(), family.help());
      family.samples().stream()
          .filter(sample -> !job.equals(sample.label("job")))
          .forEach(kept.samples()::add);
      if (!kept.samples().isEmpty()) {
        rest.families.put(kept.name(), kept);
      }
    }
    return rest;
  }

  /** This and the other one's families together. */
  Exposition and(Exposition other) {
    Exposition both = new Exposition();
    both.families.putAll(families);
    both.families.putAll(other.families);
    return both;
  }

  /** The family's type as the text says it, {@code absent} when there is none. */
  String type(String family) {
    return families.containsKey(family) ? families.get(family).type() : "absent";
  }

  /** Every sample's value by its name and sorted labels, written as in the text format. */
  Map<String, String> values() {
    Map<String, String> values = new TreeMap<>();
    for (Family family : families.values()) {
      family.samples().forEach(sample -> values.put(sample.series(), sample.value()));
    }
    return values;
  }

  /** The names of all families. */
  Set<String> families() {
    return families.keySet();
  }

  /** Every sample of a family. */
  List<Sample> samples(String family) {
    return families.containsKey(family) ? List.copyOf(families.get(family).samples()) : List.of();
  }

  /**
   * One text for all expositions that say the same. Families and series are sorted; the lines
   * within a summary or histogram keep their order, because that is part of what was pushed.
   */
  String canonical(boolean withHelp) {
    StringBuilder text = new StringBuilder();
    for (Family family : families.values()) {
      if (withHelp && family.help() != null) {
        text.append("# HELP ").append(family.name()).append(' ').append(family.help()).append('\n');
      }
      text.append("# TYPE ").append(family.name()).append(' ').append(family.type()).append('\n');
      SortedMap<String, List<String>> series = new TreeMap<>();
      for (Sample sample : family.samples()) {
        String owner = family.isCompound() ? sample.owner() : sample.series();
        series.computeIfAbsent(owner, key -> new ArrayList<>()).add(sample.toString());
      }
      series.values().forEach(lines -> lines.forEach(line -> text.append(line).append('\n')));
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return canonical(true);
  }

  /** One value with the labels it stands under, which are sorted. */
  record Sample(String name, List<Label> labels, String value) {
    Sample {
      labels = labels.stream().sorted(Comparator.comparing(Label::toString)).toList();
    }

    Sample withValue(String other) {
      return new Sample(name, labels, other);
    }

    /** The same sample with one more label. */
    Sample with(String label, String labelValue) {
      List<Label> more = new ArrayList<>(labels);
      more.add(new Label(label, labelValue));
      return new Sample(name, more, value);
    }

    /** The value of the first label of that name, or nothing at all. */
    String label(String wanted) {
      return labels.stream()
          .filter(label -> label.name().equals(wanted))
          .map(Label::value)
          .findFirst()
          .orElse("");
    }

    /** Name and labels, as in the text format. */
    String series() {
      return name + braces(labels);
    }

    /** The labels that all samples of one summary or histogram share. */
    String owner() {
      return braces(
          labels.stream().filter(label -> !WITHIN_A_SERIES.contains(label.name())).toList());
    }

    private static String braces(List<Label> labels) {
      return labels.stream().map(Label::toString).collect(Collectors.joining(",", "{", "}"));
    }

    @Override
    public String toString() {
      return series() + " " + value;
    }
  }

  /** One label, written as in the text format. */
  record Label(String name, String value) {
    @Override
    public String toString() {
      String escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
      return name + "=\"" + escaped + "\"";
    }
  }

  private record Family(String name, String type, @Nullable String help, List<Sample> samples) {
    Family(String name, String type, @Nullable String help) {
      this(name, type, help, new ArrayList<>());
    }

    boolean isCompound() {
      return type.equals("summary") || type.equals("histogram");
    }

    boolean owns(String sample) {
      return switch (type) {
        case "summary" -> isSuffixed(sample, "", "_sum", "_count");
        case "histogram" -> isSuffixed(sample, "_bucket", "_sum", "_count");
        default -> sample.equals(name);
      };
    }

    private boolean isSuffixed(String sample, String... suffixes) {
      for (String suffix : suffixes) {
        if (sample.equals(name + suffix)) {
          return true;
        }
      }
      return false;
    }
  }

  /** Reads one line of {@code name{label="value",...} value}. */
  private static final class SampleLine {
    private final String line;
    private int at;

    SampleLine(String line) {
      this.line = line;
    }

    Sample read() {
      String name = until("{ ");
      List<Label> labels = new ArrayList<>();
      if (line.charAt(at) == '{') {
        at++;
        while (line.charAt(at) != '}') {
          String label = until("=");
          at += 2;
          labels.add(new Label(label, quoted()));
          if (line.charAt(at) == ',') {
            at++;
          }
        }
        at++;
      }
      assertTrue(line.charAt(at) == ' ', "no blank before the value: " + line);
      String value = line.substring(at + 1);
      assertTrue(!value.isEmpty() && value.indexOf(' ') < 0, "not one value: " + line);
      return new Sample(name, labels, value);
    }

    private String until(String ends) {
      int start = at;
      while (at < line.length() && ends.indexOf(line.charAt(at)) < 0) {
        at++;
      }
      assertTrue(at < line.length(), "cut short: " + line);
      return line.substring(start, at);
    }

    private String quoted() {
      StringBuilder value = new StringBuilder();
      while (line.charAt(at) != '"') {
        char next = line.charAt(at++);
        if (next == '\\') {
          char escaped = line.charAt(at++);
          next = escaped == 'n' ? '\n' : escaped;
        }
        value.append(next);
      }
      at++;
      return value.toString();
    }
  }
}
