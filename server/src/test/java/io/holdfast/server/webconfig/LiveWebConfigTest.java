package io.holdfast.server.webconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.holdfast.server.metrics.WebConfigMetrics;
import io.holdfast.server.tls.TestAuthority;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Looks when the test says so: nothing here waits. */
class LiveWebConfigTest {
  private static final String CONFIG =
      "tls_server_config: {cert_file: live.crt, key_file: live.key}\n";

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final List<WebConfig> used = new ArrayList<>();
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private Instant now = Instant.ofEpochSecond(1_000);

  @TempDir Path directory;
  private Path file;
  private LiveWebConfig live;

  @BeforeEach
  void open() throws Exception {
    logged.start();
    ((Logger) LoggerFactory.getLogger(LiveWebConfig.class)).addAppender(logged);
    TestAuthority authority = TestAuthority.create(directory, "ca");
    authority.issueServer("one");
    authority.issueServer("two");
    put("one.crt", "live.crt");
    put("one.key", "live.key");
    file = Files.writeString(directory.resolve("web.yml"), CONFIG);
    live =
        new LiveWebConfig(file, text -> Duration.ZERO, new WebConfigMetrics(registry), () -> now);
    live.tell(used::add);
  }

  @AfterEach
  void close() {
    live.close();
    ((Logger) LoggerFactory.getLogger(LiveWebConfig.class)).detachAppender(logged);
  }

  @Test
  void nothingChanged_nothingIsReadAnew() {
    live.look();
    live.look();

    assertEquals(List.of(), used);
    assertEquals("CN=one", subject(live.first()));
    assertEquals(1, gauge("pushgateway_web_config_last_reload_successful"));
    assertEquals(1_000, gauge("pushgateway_web_config_last_reload_success_timestamp_seconds"));
    assertTrue(gauge("pushgateway_web_certificate_expiry_timestamp_seconds") > 1e9);
  }

  @Test
  void changedCertificate_isUsed() throws IOException {
    put("two.crt", "live.crt");
    put("two.key", "live.key");
    now = Instant.ofEpochSecond(2_000);
    live.look();

    assertEquals(1, used.size());
    assertEquals("CN=two", subject(used.get(0)));
    assertEquals(2_000, gauge("pushgateway_web_config_last_reload_success_timestamp_seconds"));
  }

  @Test
  void halfOfAChange_isWaitedFor_withoutAWord() throws IOException {
    put("two.crt", "live.crt");
    live.look();
    assertEquals(List.of(), used);
    assertEquals(1, gauge("pushgateway_web_config_last_reload_successful"));

    put("two.key", "live.key");
    live.look();

    assertEquals("CN=two", subject(used.get(0)));
    assertEquals(0, errors());
  }

  @Test
  void badFile_leavesTheLastGoodOne_isToldOnce_andForgottenWhenItIsGood() throws IOException {
    Files.writeString(file, CONFIG + "nonsense: 1\n");
    for (int i = 0; i < 10; i++) {
      live.look();
    }
    assertEquals(List.of(), used);
    assertEquals(1, errors());
    assertTrue(loggedText().contains("nonsense: unknown key"), loggedText());
    assertEquals(0, gauge("pushgateway_web_config_last_reload_successful"));

    Files.writeString(file, CONFIG + "other: 1\n");
    live.look();
    live.look();
    assertEquals(2, errors());

    Files.writeString(file, CONFIG);
    live.look();
    assertEquals(1, used.size());
    assertEquals(1, gauge("pushgateway_web_config_last_reload_successful"));

    Files.writeString(file, CONFIG + "nonsense: 1\n");
    live.look();
    live.look();
    assertEquals(3, errors());
  }

  @Test
  void badFile_thatKeepsChanging_isToldOnceToo() throws IOException {
    for (int i = 0; i < 10; i++) {
      Files.writeString(file, CONFIG + "nonsense: " + i + "\n");
      live.look();
    }

    assertEquals(1, errors());
  }

  @Test
  void missingFile_leavesTheLastGoodOne_untilItIsBack() throws IOException {
    Files.delete(directory.resolve("live.key"));
    live.look();
    live.look();
    assertEquals(1, errors());

    put("two.crt", "live.crt");
    put("two.key", "live.key");
    live.look();

    assertEquals("CN=two", subject(used.get(0)));
  }

  /** Kubernetes mounts a secret as links to links and swaps one in the middle. */
  @Test
  void swappedLink_isNoticed() throws Exception {
    for (String version : List.of("one", "two")) {
      Path data = Files.createDirectory(directory.resolve("..data-" + version));
      Files.copy(directory.resolve(version + ".crt"), data.resolve("tls.crt"));
      Files.copy(directory.resolve(version + ".key"), data.resolve("tls.key"));
    }
    Path data = directory.resolve("..data");
    Files.createSymbolicLink(data, Path.of("..data-one"));
    for (String name : List.of("live.crt", "live.key")) {
      Files.delete(directory.resolve(name));
      Path target = Path.of("..data").resolve(name.replace("live", "tls"));
      Files.createSymbolicLink(directory.resolve(name), target);
    }
    live.look();
    assertEquals(List.of(), used);

    Path swapped = directory.resolve("..data-tmp");
    Files.createSymbolicLink(swapped, Path.of("..data-two"));
    Files.move(swapped, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    live.look();

    assertEquals("CN=two", subject(used.get(0)));
    assertEquals(0, errors());
  }

  @Test
  void newlyNamedFiles_areFollowed() throws IOException {
    put("one.crt", "new.crt");
    Files.writeString(file, CONFIG.replace("live.crt", "new.crt"));
    live.look();
    assertEquals(1, used.size());

    put("two.crt", "new.crt");
    put("two.key", "live.key");
    live.look();

    assertEquals("CN=two", subject(used.get(1)));
  }

  @Test
  void whatNeedsARestart_isRefused() throws IOException {
    for (String yaml :
        List.of(
            "",
            "http_server_config: {http2: off}\n" + CONFIG,
            CONFIG.replace("}", ", min_version: TLS11}"))) {
      Files.writeString(file, yaml);
      live.look();
      live.look();
    }

    assertEquals(List.of(), used);
    assertEquals(3, errors());
    assertTrue(loggedText().contains("(expected: a restart)"), loggedText());
  }

  private void put(String from, String to) throws IOException {
    Files.copy(directory.resolve(from), directory.resolve(to), StandardCopyOption.REPLACE_EXISTING);
  }

  private long errors() {
    return logged.list.stream().filter(e -> e.getLevel().toString().equals("ERROR")).count();
  }

  private String loggedText() {
    return logged.list.stream().map(e -> e.getKeyValuePairs() + e.getMessage()).toList().toString();
  }

  private double gauge(String name) {
    for (MetricSnapshot snapshot : registry.scrape()) {
      if (snapshot.getMetadata().getName().equals(name)) {
        return ((GaugeSnapshot) snapshot).getDataPoints().get(0).getValue();
      }
    }
    throw new AssertionError(name + " is not there");
  }

  private static String subject(WebConfig config) {
    return Objects.requireNonNull(config.tls())
        .identity()
        .chain()
        .get(0)
        .getSubjectX500Principal()
        .getName();
  }
}
