package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real Prometheus, ready. It lets five seconds pass before its first scrape. */
final class Prometheus {
  private static final Pattern RESULT =
      Pattern.compile("\\{\"metric\":(\\{[^}]*}),\"value\":\\[[^,]*,\"([^\"]*)\"]}");

  private static final Pattern RANGE =
      Pattern.compile("\\{\"metric\":(\\{[^}]*}),\"values\":\\[((?:\\[[^]]*],?)*)]}");
  private static final Pattern TIME = Pattern.compile("\\[([^,]*),");

  private final ServerProcess process;

  private Prometheus(ServerProcess process) {
    this.process = process;
  }

  /** The directory takes its configuration and its data. */
  static Prometheus start(Processes processes, Path directory, String config, String... flags)
      throws IOException {
    String program = Programs.require("prometheus", "prometheus");
    int port = Port.free();
    Path file = Files.writeString(directory.resolve("prometheus.yml"), config);
    List<String> command = new ArrayList<>(List.of(program));
    command.add("--config.file=" + file);
    command.add("--storage.tsdb.path=" + directory.resolve("tsdb"));
    command.add("--web.listen-address=127.0.0.1:" + port);
    command.addAll(List.of(flags));
    return new Prometheus(processes.launch("prometheus", port, command).awaitReady("/-/ready"));
  }

  /** Scrapes one server four times a second, and takes pushed labels as they are. */
  static Prometheus scraping(
      ServerProcess server, Processes processes, Path directory, String... flags)
      throws IOException {
    String config =
        """
        global:
          scrape_interval: 250ms
        scrape_configs:
          - job_name: holdfast
            honor_labels: true
            static_configs:
              - targets: ["127.0.0.1:%d"]
        """
            .formatted(server.port());
    return start(processes, directory, config, flags);
  }

  /** The values of an instant query by their labels, as Prometheus writes them in JSON. */
  SortedMap<String, String> ask(String query) throws IOException {
    SortedMap<String, String> values = new TreeMap<>();
    for (Matcher result = RESULT.matcher(answer(query)); result.find(); ) {
      values.put(result.group(1), result.group(2));
    }
    return values;
  }

  private String answer(String query) throws IOException {
    String encoded = URLEncoder.encode(query, StandardCharsets.UTF_8);
    RawHttp.Response response = process.send(Step.get("/api/v1/query?query=" + encoded));
    assertEquals(200, response.status(), () -> query + ": " + response.text());
    return response.text();
  }

  /** Returns the times of the samples that a range selector finds, by their labels in JSON. */
  SortedMap<String, List<String>> askForTimes(String range) throws IOException {
    SortedMap<String, List<String>> times = new TreeMap<>();
    for (Matcher series = RANGE.matcher(answer(range)); series.find(); ) {
      times.put(
          series.group(1),
          TIME.matcher(series.group(2)).results().map(time -> time.group(1)).toList());
    }
    return times;
  }

  /** The value of a query that has only one. */
  double askForOne(String query) throws IOException {
    Map<String, String> values = ask(query);
    assertEquals(1, values.size(), () -> query + ": " + values);
    return Double.parseDouble(values.values().iterator().next());
  }

  /**
   * What its log says of scrapes that failed; it must have been started with a log of all levels.
   */
  List<String> failedScrapes() {
    return process.output().lines().filter(line -> line.contains("Scrape failed")).toList();
  }
}
