package io.holdfast.deploy;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The part of Kubernetes's API that a chart sees: live objects, by their paths. Helm finds the API
 * through the file of the variable {@code KUBECONFIG}.
 */
final class Kubernetes implements AutoCloseable {
  private static final String RESOURCES =
      "{\"kind\":\"APIResourceList\",\"apiVersion\":\"v1\",\"groupVersion\":\"%s\",\"resources\":"
          + "[{\"name\":\"%s\",\"singularName\":\"\",\"namespaced\":true,\"kind\":\"%s\",\"verbs\":[\"get\"]}]}";
  private static final String NOT_FOUND =
      "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"code\":404}";

  private final Map<String, String> objects = new ConcurrentHashMap<>();
  private final HttpServer server;

  Kubernetes() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/", this::answer);
      server.start();
      writeConfig();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    clear();
  }

  private void writeConfig() throws IOException {
    Path file =
        Path.of(
            requireNonNull(
                System.getenv("KUBECONFIG"), "KUBECONFIG (expected: a file that tests may write)"));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: test, cluster: {server: "http://127.0.0.1:%d"}}]
        users: [{name: test, user: {}}]
        contexts: [{name: test, context: {cluster: test, user: test}}]
        current-context: test
        """
            .formatted(server.getAddress().getPort()));
  }

  /** Forgets the live objects. */
  void clear() {
    objects.clear();
    objects.put("/apis/apps/v1", RESOURCES.formatted("apps/v1", "statefulsets", "StatefulSet"));
    objects.put("/api/v1", RESOURCES.formatted("v1", "secrets", "Secret"));
  }

  /** Lets nodes run, as an earlier release of the chart has started them. */
  void runs(String name, int replicas, int size) {
    objects.put(
        "/apis/apps/v1/namespaces/" + Chart.NAMESPACE + "/statefulsets/" + name,
        """
        {"kind":"StatefulSet","apiVersion":"apps/v1",
         "metadata":{"name":"%s","annotations":{"holdfast.io/cluster-size":"%d"}},
         "spec":{"replicas":%d}}
        """
            .formatted(name, size, replicas));
  }

  void hasSecret(String name, String key, String base64) {
    objects.put(
        "/api/v1/namespaces/" + Chart.NAMESPACE + "/secrets/" + name,
        """
        {"kind":"Secret","apiVersion":"v1","metadata":{"name":"%s"},"data":{"%s":"%s"}}
        """
            .formatted(name, key, base64));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String found = objects.get(exchange.getRequestURI().getPath());
    byte[] body = (found == null ? NOT_FOUND : found).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(found == null ? 404 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
