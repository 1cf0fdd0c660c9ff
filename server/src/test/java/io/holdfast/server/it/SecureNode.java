package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.server.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/**
 * Holdfast with a web config file, and what it takes to talk to it over TLS: the directory has an
 * authority, {@code ca.crt}, and its certificate for the server, {@code server.crt} with {@code
 * server.key}.
 */
final class SecureNode {
  static final String TLS = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String READY = "msg=ready";
  private static final String RELOADED = "web config file reloaded";

  private final ServerProcess process;
  private final Path directory;

  private SecureNode(ServerProcess process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /** Makes the authority and the server's certificate, and starts the node. */
  static SecureNode start(Processes processes, Path directory, String config, String... flags)
      throws IOException {
    TestAuthority.create(directory, "ca").issueServer("server");
    return startWithFiles(processes, directory, config, flags);
  }

  /** The same with certificates that are there. */
  static SecureNode startWithFiles(
      Processes processes, Path directory, String config, String... flags) throws IOException {
    int port = Port.free();
    Path file = Files.writeString(directory.resolve("web.yml"), config);
    List<String> command = new ArrayList<>(HoldfastCommand.of(flags));
    command.add("--web.listen-address=127.0.0.1:" + port);
    command.add("--storage.path=" + directory.resolve("store"));
    command.add("--web.config.file=" + file);
    SecureNode node = new SecureNode(processes.launch("secure", port, command), directory);
    node.awaitInLog(READY, 1);
    return node;
  }

  ServerProcess process() {
    return process;
  }

  int port() {
    return process.port();
  }

  /** Writes another web config file and waits until it is in use. */
  void change(String config) throws IOException {
    int before = timesInLog(RELOADED);
    replace("web.yml", config);
    awaitInLog(RELOADED, before + 1);
  }

  /** Waits until a change of files already made is in use. */
  void awaitReload(int times) {
    awaitInLog(RELOADED, times);
  }

  /** At one stroke, as careful people do. */
  void replace(String name, String content) throws IOException {
    Path file = Files.writeString(directory.resolve(name + ".new"), content);
    Files.move(file, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  void awaitInLog(String text, int times) {
    Awaitility.await(text)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError("the node has ended:\n" + process.output());
              }
              return timesInLog(text) >= times;
            });
  }

  int timesInLog(String text) {
    return (int) process.output().lines().filter(line -> line.contains(text)).count();
  }

  /** One request over TLS by curl: options, and the path at the end. */
  Answer curl(String... arguments) throws IOException {
    return curl("https", arguments);
  }

  /** The same in plain HTTP. */
  Answer plainCurl(String... arguments) throws IOException {
    return curl("http", arguments);
  }

  private Answer curl(String scheme, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(Programs.require("curl", "curl"), "-sS", "-i", "--path-as-is", "-m", "20"));
    command.addAll(List.of("--cacert", "ca.crt"));
    command.addAll(Arrays.asList(arguments).subList(0, arguments.length - 1));
    command.add(scheme + "://127.0.0.1:" + port() + arguments[arguments.length - 1]);
    return Answer.of(Programs.run(directory, directory, new byte[0], command));
  }

  /** A handshake by openssl, which names what was agreed on. */
  Programs.Result handshake(String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(Programs.require("openssl", "openssl")));
    command.addAll(List.of("s_client", "-connect", "127.0.0.1:" + port(), "-CAfile", "ca.crt"));
    command.addAll(List.of(options));
    return Programs.run(directory, directory, new byte[0], command);
  }

  /** The value of one of the node's self metrics. */
  double metric(String series, String... credentials) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(credentials));
    arguments.addAll(List.of("-g", "/metrics?collect[]=self"));
    Answer answer = curl(arguments.toArray(String[]::new));
    assertEquals(200, answer.status(), answer::toString);
    return answer
        .body()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is not there"));
  }

  /**
   * What curl says.
   *
   * @param status 0 if there was no answer; the reason is the body then
   */
  record Answer(
      int exitCode, String protocol, int status, Map<String, String> headers, String body) {
    static Answer of(Programs.Result result) {
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      String output = result.output();
      if (!output.startsWith("HTTP/")) {
        return new Answer(result.exitCode(), "", 0, headers, output);
      }
      int end = output.indexOf("\r\n\r\n");
      String[] lines = output.substring(0, end).split("\r\n");
      for (int i = 1; i < lines.length; i++) {
        String[] header = lines[i].split(":", 2);
        headers.put(header[0], header[1].strip());
      }
      String[] status = lines[0].split(" ");
      if (status[1].equals("100")) {
        return of(
            new Programs.Result(result.command(), result.exitCode(), output.substring(end + 4)));
      }
      return new Answer(
          result.exitCode(),
          status[0],
          Integer.parseInt(status[1]),
          headers,
          output.substring(end + 4));
    }
  }
}
