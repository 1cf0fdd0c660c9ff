package io.holdfast.server.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A server, as a client sees it. Every failure to reach the server, and every answer that is no
 * success, becomes a {@link Failure} that says the way out.
 */
final class Server {
  private static final int LONGEST_REASON = 2_000;
  private static final int PATIENCE_SECONDS = 60;
  private static final String TLS_WANTED = "Client sent an HTTP request to an HTTPS server";

  private final ServerAddress address;
  private final @Nullable String authorization;
  private final Duration timeout;
  private final @Nullable SSLContext tls;
  private final HttpClient client;

  /**
   * The user with the password.
   *
   * @param name null for requests without a password
   */
  record Credentials(@Nullable String name, String password) {}

  Server(ServerAddress address, Credentials credentials, ClientTls how, Duration timeout)
      throws Failure {
    this.address = address;
    this.timeout = timeout;
    this.authorization = authorization(credentials);
    this.tls = address.isSecure() ? how.context() : null;
    this.client = newClient();
  }

  private HttpClient newClient() {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout);
    if (tls != null) {
      builder.sslContext(tls);
    }
    return builder.build();
  }

  private static @Nullable String authorization(Credentials credentials) {
    if (credentials.name == null) {
      return null;
    }
    byte[] bytes = (credentials.name + ":" + credentials.password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(bytes);
  }

  ServerAddress address() {
    return address;
  }

  /** An answer with its whole body in memory. */
  record Answer(int status, String body, HttpResponse<?> response) {
    Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }
  }

  /** Sends a request, and returns the answer whatever its status is. */
  Answer send(String method, String path, BodyPublisher body, String... headers) throws Failure {
    return send(client, method, path, body, headers);
  }

  Answer get(String path) throws Failure {
    return send("GET", path, BodyPublishers.noBody());
  }

  /** Asks over a new connection, which a balancer may give to another node. */
  Answer getAnew(String path) throws Failure {
    return send(newClient(), "GET", path, BodyPublishers.noBody());
  }

  private Answer send(
      HttpClient with, String method, String path, BodyPublisher body, String... headers)
      throws Failure {
    HttpResponse<byte[]> response =
        exchange(with, request(method, path, body, timeout, headers), BodyHandlers.ofByteArray());
    return new Answer(
        response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), response);
  }

  /**
   * Sends a request again and again, for a minute, while the server cannot be reached or answers
   * 503.
   */
  Answer sendPatiently(String method, String path, BodyPublisher body, String... headers)
      throws Failure {
    Failure last = null;
    for (int left = PATIENCE_SECONDS; left > 0; ) {
      int pause = 1;
      try {
        Answer answer = send(method, path, body, headers);
        if (answer.status == 401) {
          throw refused(method, path, answer.status, answer.body);
        }
        if (answer.status != 503) {
          return answer;
        }
        last = refused(method, path, answer.status, answer.body);
        String wanted = answer.header("Retry-After").orElse("1");
        pause = wanted.matches("[1-5]") ? Integer.parseInt(wanted) : 1;
      } catch (Failure e) {
        if (!e.isPassing()) {
          throw e;
        }
        last = e;
      }
      pause(pause);
      left -= pause;
    }
    throw last == null ? Failure.of(address + " does not answer") : last;
  }

  /** Waits so many seconds. */
  static void pause(int seconds) throws Failure {
    LockSupport.parkNanos(Duration.ofSeconds(seconds).toNanos());
    if (Thread.interrupted()) {
      throw new Failure(ExitCodes.INTERRUPTED, "interrupted");
    }
  }

  /**
   * Sends a request whose answer can take long to begin: the server works through the whole body
   * first.
   */
  Answer sendLong(String method, String path, BodyPublisher body) throws Failure {
    HttpResponse<byte[]> response =
        exchange(client, request(method, path, body, null), BodyHandlers.ofByteArray());
    return new Answer(
        response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), response);
  }

  /** Returns the body of a successful answer, to be read while it arrives. */
  HttpResponse<InputStream> stream(
      String method, String path, BodyPublisher body, String... headers) throws Failure {
    return requireSuccess(method, path, streamAny(method, path, body, headers));
  }

  /** Returns the answer whatever its status is, with a body to be read while it arrives. */
  HttpResponse<InputStream> streamAny(
      String method, String path, BodyPublisher body, String... headers) throws Failure {
    return exchange(
        client, request(method, path, body, timeout, headers), BodyHandlers.ofInputStream());
  }

  /** Returns the answer if it is a success. */
  HttpResponse<InputStream> requireSuccess(
      String method, String path, HttpResponse<InputStream> response) throws Failure {
    if (isSuccess(response.statusCode())) {
      return response;
    }
    try (InputStream reason = response.body()) {
      String text = new String(reason.readNBytes(LONGEST_REASON), StandardCharsets.UTF_8);
      throw refused(method, path, response.statusCode(), Answers.error(text));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** Sends a request whose answer must be a success. */
  Answer require(String method, String path, BodyPublisher body, String... headers) throws Failure {
    Answer answer = send(method, path, body, headers);
    if (!isSuccess(answer.status)) {
      throw refused(method, path, answer.status, answer.body);
    }
    return answer;
  }

  static boolean isSuccess(int status) {
    return status / 100 == 2;
  }

  private HttpRequest request(
      String method,
      String path,
      BodyPublisher body,
      @Nullable Duration longest,
      String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(path)).method(method, body);
    if (longest != null) {
      request.timeout(longest);
    }
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  private <T> HttpResponse<T> exchange(
      HttpClient with, HttpRequest request, HttpResponse.BodyHandler<T> handler) throws Failure {
    try {
      return with.send(request, handler);
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCodes.INTERRUPTED, "interrupted");
    }
  }

  /** Explains an answer that is no success. */
  Failure refused(String method, String path, int status, String body) {
    String reason = firstLine(body);
    if (status == 401) {
      return Failure.of(
          authorization == null
              ? address
                  + " wants a user and a password (expected: --user and --password-file, or"
                  + " HOLDFAST_USER and HOLDFAST_PASSWORD_FILE)"
              : address + " takes neither this user nor this password");
    }
    if (status == 400 && body.startsWith(TLS_WANTED)) {
      return Failure.of(address + " speaks TLS (expected: https:// in the URL)");
    }
    return Failure.of("%s %s answers %d: %s".formatted(method, address + path, status, reason));
  }

  static String firstLine(String body) {
    String text = body.strip();
    String line = text.lines().findFirst().orElse("(nothing)");
    return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "..." : line;
  }

  Failure unreachable(IOException e) {
    return Failure.of(address + " cannot be reached: " + reason(e)).passing();
  }

  private String reason(IOException e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      String message = String.valueOf(at.getMessage());
      if (at instanceof UnresolvedAddressException || at instanceof UnknownHostException) {
        return "the host " + address.root().getHost() + " is unknown (expected: a name in DNS)";
      }
      if (message.contains("unable to find valid certification path")) {
        return "its certificate is signed by a stranger (expected: --ca-file with the"
            + " signer's certificate)";
      }
      if (message.contains("No subject alternative") || message.contains("No name matching")) {
        return "its certificate is for other names: "
            + message
            + " (expected: a name of the certificate in the URL)";
      }
      if (message.contains("nrecognized SSL message")) {
        return "it does not speak TLS (expected: http:// in the URL)";
      }
      if (message.contains("certificate_required") || message.contains("bad_certificate")) {
        return "it wants a certificate that it trusts (expected: --cert-file and --key-file)";
      }
    }
    if (e instanceof HttpConnectTimeoutException || e instanceof HttpTimeoutException) {
      return "no answer within "
          + timeout.toSeconds()
          + " s (expected: a server, or a longer --timeout)";
    }
    if (e instanceof ConnectException) {
      return "the connection was refused (expected: a running server, see --url)";
    }
    if (e instanceof SSLException) {
      return "TLS failed: " + e.getMessage();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
