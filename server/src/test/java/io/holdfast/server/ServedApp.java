package io.holdfast.server;

import io.holdfast.server.config.Flags;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A whole node in this process, on a port of its own, and a client of it. */
final class ServedApp implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final App app;

  private ServedApp(App app) {
    this.app = app;
  }

  /** Starts a node with its store in this directory. */
  static ServedApp start(Path directory, String... flags) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(flags));
    arguments.add("--web.listen-address=127.0.0.1:0");
    arguments.add("--storage.path=" + directory.resolve("store"));
    Flags.Result.Run run = (Flags.Result.Run) Flags.parse(arguments.toArray(String[]::new));
    App app = new App(run.options());
    app.start();
    return new ServedApp(app);
  }

  /**
   * @param headers names and values
   */
  HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.port() + path))
            .method(method, BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  String get(String path) throws IOException, InterruptedException {
    return send("GET", path, "").body();
  }

  /** Returns a path with parameters. */
  static String query(String path, String... namesAndValues) {
    StringBuilder query = new StringBuilder(path).append('?');
    for (int i = 0; i < namesAndValues.length; i += 2) {
      query
          .append(URLEncoder.encode(namesAndValues[i], StandardCharsets.UTF_8))
          .append('=')
          .append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8))
          .append('&');
    }
    return query.toString();
  }

  @Override
  public void close() {
    app.close();
  }
}
