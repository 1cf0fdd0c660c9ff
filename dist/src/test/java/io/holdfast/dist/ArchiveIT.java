package io.holdfast.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive, unpacked where its user may not write. */
final class ArchiveIT {
  private static final Path ARCHIVE = Path.of(System.getProperty("holdfast.archive"));
  private static final Duration SOON = Duration.ofSeconds(60);

  /** The package URL of a component that is a jar: name and version. */
  private static final Pattern COMPONENT =
      Pattern.compile("\"purl\" ?: ?\"pkg:maven/[^/\"]+/([^@\"]+)@([^?\"]+)\\?type=jar\"");

  @TempDir static Path directory;

  @TempDir Path work;

  private static Path home;

  @BeforeAll
  static void unpack() throws Exception {
    run(directory, "tar", "-xzf", ARCHIVE.toString());
    try (Stream<Path> roots = Files.list(directory)) {
      List<Path> all = roots.toList();
      assertEquals(1, all.size(), all::toString);
      home = all.get(0);
    }
    run(directory, "chmod", "-R", "a-w", home.toString());
  }

  @AfterAll
  static void makeWritable() throws Exception {
    run(directory, "chmod", "-R", "u+w", home.toString());
  }

  @Test
  void checksum_isOfThisArchive() throws Exception {
    run(ARCHIVE.getParent(), "sha256sum", "-c", ARCHIVE.getFileName() + ".sha256");
  }

  @Test
  void node_fromAReadOnlyDirectory_servesPushes_andEndsInOrder() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String url = "http://127.0.0.1:" + port;
    Process node = start(work, "holdfast", "--web.listen-address=127.0.0.1:" + port);
    try {
      Awaitility.await("the node is ready")
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> get(url + "/-/ready").statusCode() == 200);
      assertEquals(
          0, start(work, "holdfast-exec", "--url", url, "--job", "night", "true").waitFor());
      assertTrue(get(url + "/metrics").body().contains("job=\"night\""));
      String listed = output(start(work, "holdfastctl", "list", "--url", url));
      assertTrue(listed.contains("night"), listed);
    } finally {
      node.destroy();
    }
    assertEquals(0, node.waitFor(), () -> outputUnchecked(node));
    assertTrue(Files.isDirectory(work.resolve("data")), "the store is in the working directory");
  }

  @Test
  void libraries_areThoseOfTheNotice_withNativeCodeForTwoArchitectures() throws Exception {
    String notice = Files.readString(home.resolve("NOTICE"));
    Set<String> nativeFiles = new TreeSet<>();
    try (Stream<Path> files = Files.walk(home.resolve("lib"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".jar")) {
          assertTrue(isNamed(notice, name), name + " (expected: a line in NOTICE)");
          assertEquals(List.of(), nativeEntries(file), "native libraries in " + name);
        } else {
          nativeFiles.add(home.resolve("lib").relativize(file).toString());
        }
      }
    }
    assertEquals(
        Set.of(
            "amd64/librocksdbjni-linux64.so",
            "amd64/libsnappyjava.so",
            "arm64/librocksdbjni-linux-aarch64.so",
            "arm64/libsnappyjava.so"),
        nativeFiles);
  }

  @Test
  void billOfMaterials_namesExactlyTheLibraries() throws Exception {
    Path bill = Path.of(ARCHIVE.toString().replace(".tar.gz", ".cdx.json"));
    assertTrue(
        Files.exists(bill), bill + " is missing (expected: a build online, without \"mvn -o\")");
    Set<String> named =
        COMPONENT
            .matcher(Files.readString(bill))
            .results()
            .map(found -> found.group(1) + "-" + found.group(2) + ".jar")
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> expected = new TreeSet<>();
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".jar"))
          .forEach(expected::add);
    }
    // The archive has this one as holdfast.jar.
    String version = home.getFileName().toString().substring("holdfast-".length());
    expected.add("holdfast-server-" + version + ".jar");
    assertEquals(expected, named);
  }

  @Test
  void licences_ofTheNotice_areThere() throws Exception {
    Set<String> named =
        Files.readString(home.resolve("NOTICE"))
            .lines()
            .flatMap(line -> Stream.of(line.split("[ ,]+")))
            .filter(word -> word.startsWith("licences/"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(named.size() >= 5, named::toString);
    for (String file : named) {
      assertTrue(Files.size(home.resolve(file)) > 0, file);
    }
  }

  private static boolean isNamed(String notice, String jar) {
    return jar.startsWith("holdfast-")
        || notice
            .lines()
            .map(line -> line.split(" ", 2)[0])
            .filter(name -> !name.isEmpty() && !name.equals("Holdfast"))
            .anyMatch(
                name ->
                    name.endsWith("*")
                        ? jar.startsWith(name.substring(0, name.length() - 1))
                        : jar.matches(Pattern.quote(name) + "-[0-9].*"));
  }

  private static List<String> nativeEntries(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.matches(".*\\.(so|dll|jnilib|dylib|a)"))
          // Hazelcast's helpers for ICMP and thread affinity, some kilobytes that no node loads.
          .filter(name -> !name.startsWith("lib/linux-x86"))
          .toList();
    }
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(url)).timeout(SOON).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static Process start(Path work, String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve(program).toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws Exception {
    String output;
    try (InputStream in = process.getInputStream()) {
      output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertTrue(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), output);
    return output;
  }

  private static String outputUnchecked(Process process) {
    try (InputStream in = process.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void run(Path where, String... command) throws Exception {
    output(new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true).start());
  }
}
