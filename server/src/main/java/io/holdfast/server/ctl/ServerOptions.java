package io.holdfast.server.ctl;

import io.holdfast.server.gocompat.GoDuration;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that talks to a server. */
final class ServerOptions {
  static final String DEFAULT_URL = "http://localhost:9091";

  @Option(
      names = "--url",
      paramLabel = "<url>",
      description = "The server, with its route prefix. Default: $$HOLDFAST_URL, or " + DEFAULT_URL)
  private @Nullable String url;

  @Option(
      names = "--user",
      paramLabel = "<name>",
      description = "User for basic authentication. Default: $$HOLDFAST_USER")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "<file>",
      description = "File with the user's password. Default: $$HOLDFAST_PASSWORD_FILE")
  private @Nullable String passwordFile;

  @Option(
      names = "--ca-file",
      paramLabel = "<file>",
      description =
          "Certificates of authorities to trust, in PEM. Default: $$HOLDFAST_CA_FILE, or those of"
              + " Java")
  private @Nullable String caFile;

  @Option(names = "--cert-file", paramLabel = "<file>", description = "Client certificate, in PEM.")
  private @Nullable String certFile;

  @Option(
      names = "--key-file",
      paramLabel = "<file>",
      description = "Key of the client certificate, in PEM. Default: the key in --cert-file")
  private @Nullable String keyFile;

  @Option(names = "--insecure", description = "Accept any certificate of the server.")
  private boolean insecure;

  @Option(
      names = "--timeout",
      paramLabel = "<duration>",
      defaultValue = "1m",
      description = "Longest wait for an answer. Default: 1m")
  private String timeout = "1m";

  /** Returns the server that the options name. Connects at the first request. */
  Server server(Console console) throws Failure {
    String given = url;
    String variable = console.variable("HOLDFAST_URL");
    String origin = given != null ? "--url" : "HOLDFAST_URL";
    String text = given != null ? given : variable != null ? variable : DEFAULT_URL;
    return server(console, ServerAddress.parse(origin, text));
  }

  /** Returns the server at another address, with the credentials of the options. */
  Server server(Console console, ServerAddress address) throws Failure {
    return new Server(address, credentials(console, address), tls(console), timeout());
  }

  private ClientTls tls(Console console) {
    return new ClientTls(
        caFile == null ? console.variable("HOLDFAST_CA_FILE") : caFile,
        certFile,
        keyFile,
        insecure);
  }

  private Duration timeout() throws Failure {
    Duration read = duration("--timeout", timeout);
    if (read.isZero()) {
      throw Failure.usage("--timeout: \"" + timeout + "\" (expected: more than 0)");
    }
    return read;
  }

  /** Reads a duration such as {@code 90s} or {@code 7d}. */
  static Duration duration(String option, String text) throws Failure {
    try {
      return GoDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(option + ": " + e.getMessage());
    }
  }

  private Server.Credentials credentials(Console console, ServerAddress address) throws Failure {
    if (address.user() != null) {
      return new Server.Credentials(address.user(), address.password());
    }
    String name = user == null ? console.variable("HOLDFAST_USER") : user;
    String file = passwordFile == null ? console.variable("HOLDFAST_PASSWORD_FILE") : passwordFile;
    if (name == null) {
      if (passwordFile != null) {
        throw Failure.usage("--password-file: without --user (expected: both)");
      }
      return Netrc.credentials(console, String.valueOf(address.root().getHost()));
    }
    if (file == null) {
      throw Failure.usage(
          "--user: without --password-file (expected: both, or HOLDFAST_PASSWORD_FILE)");
    }
    String password =
        new String(ClientTls.content("--password-file", file), StandardCharsets.UTF_8);
    return new Server.Credentials(name, password.replaceFirst("\\r?\\n$", ""));
  }
}
