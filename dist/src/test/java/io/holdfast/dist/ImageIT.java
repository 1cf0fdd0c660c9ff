package io.holdfast.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.dist.Container.User;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image of the Dockerfile in place of the Pushgateway's, run without an engine. */
final class ImageIT {
  private static final Path ARCHIVE = Path.of(System.getProperty("holdfast.archive"));
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir static Path directory;

  @TempDir Path work;

  private static Image image;

  @BeforeAll
  static void build() throws Exception {
    Path repository = ARCHIVE.getParent().getParent().getParent();
    image = Image.build(repository, directory);
  }

  @Test
  void configuration_isThePushgateways() throws Exception {
    assertEquals(List.of("/bin/pushgateway"), image.values("entrypoint"));
    assertEquals("/pushgateway", image.value("workdir"));
    assertEquals("9091/tcp", image.value("port"));
    assertEquals("65534:65534", image.value("user"));
    assertTrue(
        image.value("label").contains("org.opencontainers.image.title=Holdfast"), image::toString);
    for (String file : List.of("LICENSE", "NOTICE")) {
      Path target = Files.readSymbolicLink(image.root().resolve(file));
      assertTrue(Files.size(image.root().resolve(target.toString().substring(1))) > 0, file);
    }
  }

  @Test
  void packagesOfTheCopiedLibraries_areListedForScanners() throws Exception {
    try (Stream<Path> packages = Files.list(image.root().resolve("var/lib/dpkg/status.d"))) {
      Set<String> names =
          packages.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
      assertTrue(names.containsAll(Set.of("libc6", "libstdc++6", "busybox")), names::toString);
    }
  }

  @Test
  void chartOfThePushgateway_findsItsGroups_whenItsImageIsChanged() throws Exception {
    // The volume belongs to the group that the chart's fsGroup names.
    Path volume = volume(65534, "rwxrwxr-x");
    writePushgatewaysFile(volume.resolve("pushgateway.data"));
    User user = new User(65534, 65534);
    try (Container container =
        Container.start(
            bundle(), image, user, volume, "--persistence.file=/data/pushgateway.data")) {
      container.awaitReady();
      assertEquals("OK", container.curl("/-/healthy").strip());
      String scrape = container.curl("/metrics");
      assertTrue(scrape.contains("\nbackup_bytes{instance=\"\",job=\"night\"} 1234\n"), scrape);
      container.curl("/metrics/job/day", "--data-binary", "backup_bytes 5\n");
      assertLogged(container, "msg=\"store directory chosen\" path=/data/holdfast");
      assertLogged(container, "msg=\"start archive used\" file=/opt/holdfast/holdfast.");
      // As the chart's example of a preStop hook.
      container.run(user, "/bin/sh", "-c", "sleep 0.1");
      assertEquals(0, container.terminate(), container::log);
      assertEquals(List.of(), warnings(container.log()));
    }
    assertTrue(Files.isDirectory(volume.resolve("holdfast")));
  }

  @Test
  void anyUserOfGroup0_keepsPushes() throws Exception {
    Path volume = volume(0, "rwxrwxr-x");
    User user = new User(1_000_620_000, 0);
    try (Container container = Container.start(bundle(), image, user, volume)) {
      container.awaitReady();
      container.curl("/metrics/job/day", "--data-binary", "backup_bytes 5\n");
      String listed =
          container.run(user, "/bin/sh", "-c", "holdfastctl list --url http://127.0.0.1:9091");
      assertTrue(listed.contains("day"), listed);
      assertEquals(0, container.terminate(), container::log);
    }
  }

  private static void assertLogged(Container container, String text) {
    Awaitility.await(text)
        .atMost(SOON)
        .untilAsserted(() -> assertTrue(container.log().contains(text), container::log));
  }

  private static List<String> warnings(String log) {
    return log.lines()
        .filter(line -> line.contains("WARN") || line.contains("warning") || line.contains("=warn"))
        .toList();
  }

  private Path bundle() throws IOException {
    return Files.createTempDirectory(work, "bundle");
  }

  private Path volume(int group, String permissions) throws IOException {
    Path volume = Files.createDirectory(work.resolve("volume"));
    Files.setAttribute(volume, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
    Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString(permissions));
    return volume;
  }

  /** Lets the Pushgateway write its file as it ends. */
  private void writePushgatewaysFile(Path file) throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Process pushgateway =
        new ProcessBuilder(
                "prometheus-pushgateway",
                "--web.listen-address=127.0.0.1:" + port,
                "--persistence.file=" + file)
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("pushgateway.log").toFile())
            .start();
    try {
      HttpRequest push =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics/job/night"))
              .timeout(SOON)
              .PUT(HttpRequest.BodyPublishers.ofString("backup_bytes 1234\n"))
              .build();
      HttpClient client = HttpClient.newHttpClient();
      Awaitility.await("the Pushgateway has taken a push")
          .atMost(SOON)
          .ignoreExceptions()
          .until(
              () -> client.send(push, HttpResponse.BodyHandlers.discarding()).statusCode() == 200);
    } finally {
      pushgateway.destroy();
    }
    assertEquals(0, pushgateway.waitFor());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
  }
}
