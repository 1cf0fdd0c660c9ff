package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.holdfast.server.it.SecureNode.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Passwords, headers and the rate limit, over TLS and under load. */
final class AccessIT {
  private static final String CHECKS = "pushgateway_web_password_checks_total";
  private static final String READY = "/-/ready";
  private static final int FLOODERS = 40;

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path directory;

  @Test
  void users_mayDoEverything_othersNothing_andChangeWithTheFile() throws IOException {
    SecureNode node =
        SecureNode.start(processes, directory, SecureNode.TLS + users("alice", "secret", 10));

    Answer refused = node.curl("-d", "m 1\n", "/metrics/job/a");
    assertEquals(401, refused.status(), refused::toString);
    assertEquals("Basic", refused.headers().get("WWW-Authenticate"));
    assertEquals("Unauthorized\n", refused.body());
    assertEquals(401, node.curl("-u", "alice:wrong", READY).status());
    assertEquals(401, node.curl("-u", "bob:secret", READY).status());
    assertEquals(401, node.curl("--http1.1", "-u", "bob:secret", READY).status());
    String[] push = {"-u", "alice:secret", "--data-binary", "m 1\n", "/metrics/job/a"};
    assertEquals(200, node.curl(push).status());
    Answer scrape = node.curl("-u", "alice:secret", "/metrics");
    assertTrue(scrape.body().contains("m{instance=\"\",job=\"a\"} 1\n"), scrape::toString);

    node.change(SecureNode.TLS + users("bob", "other", 4));
    assertEquals(401, node.curl(push).status());
    assertEquals(200, node.curl("-u", "bob:other", READY).status());
    node.change(SecureNode.TLS);
    assertEquals(200, node.curl(READY).status());
  }

  @Test
  void rightCredentials_costOneCheck() throws IOException {
    SecureNode node =
        SecureNode.start(processes, directory, SecureNode.TLS + users("alice", "secret", 10));
    String[] credentials = {"-u", "alice:secret"};
    assertEquals(1, node.metric(CHECKS, credentials));

    for (int i = 0; i < 20; i++) {
      assertEquals(200, node.curl("-u", "alice:secret", READY).status());
    }
    assertEquals(401, node.curl("-u", "alice:wrong", READY).status());
    assertEquals(401, node.curl("-u", "alice:wrong", READY).status());
    assertEquals(401, node.curl("-u", "nobody:wrong", READY).status());

    assertEquals(3, node.metric(CHECKS, credentials));
    assertEquals(
        3,
        node.metric("pushgateway_web_refused_requests_total{reason=\"credentials\"}", credentials));
  }

  /**
   * Forty connections send nothing but wrong passwords, each another one, of which the machine can
   * check a few a second. A known user notices nothing; a stranger from elsewhere waits for a few
   * checks, and not for all.
   */
  @Test
  void floodOfWrongPasswords_stopsNobodyWithRightOnes() throws Exception {
    int port = Port.free();
    Path file =
        Files.writeString(
            directory.resolve("web.yml"),
            users("alice", "secret", 11) + user("carol", "other", 11));
    ServerProcess node =
        processes.launch(
            "guarded",
            port,
            HoldfastCommand.of(
                "--web.config.file=" + file,
                "--web.listen-address=127.0.0.1:" + port,
                "--storage.path=" + directory.resolve("store")));
    String right = "Authorization: Basic " + base64("alice:secret");
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> node.send(Step.get(READY).with(right)).status() == 200);
    ConcurrentHashMap<Integer, LongAdder> answers = new ConcurrentHashMap<>();
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(FLOODERS);
    try {
      AtomicInteger next = new AtomicInteger();
      for (int i = 0; i < FLOODERS; i++) {
        threads.execute(() -> flood(node, next, answers, over));
      }
      Awaitility.await().until(() -> answers.containsKey(503) && answers.containsKey(401));
      try (RawHttp client = new RawHttp(node.address())) {
        for (int i = 0; i < 200; i++) {
          RawHttp.Response pushed =
              client.send(Step.put("/metrics/job/known/n/" + i % 10, "m " + i + "\n").with(right));
          assertEquals(200, pushed.status(), pushed::text);
        }
      }
      Programs.Result stranger =
          Programs.run(
              directory,
              new byte[0],
              List.of(
                  "curl",
                  "-sS",
                  "--interface",
                  "127.0.0.2",
                  "-u",
                  "carol:other",
                  "-m",
                  "10",
                  node.uri(READY).toString()));
      assertEquals("OK", stranger.orFail());
      assertTrue(answers.get(503).sum() > 100, answers::toString);
    } finally {
      over.set(true);
      threads.shutdown();
      assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS), "the flood does not end");
    }
    assertEquals(Set.of(401, 503), answers.keySet(), answers::toString);
    assertEquals(200, node.send(Step.get(READY).with(right)).status());
  }

  private static void flood(
      ServerProcess node,
      AtomicInteger next,
      ConcurrentHashMap<Integer, LongAdder> answers,
      AtomicBoolean over) {
    try (RawHttp client = new RawHttp(node.address(), Duration.ofSeconds(30))) {
      while (!over.get()) {
        String wrong = "Authorization: Basic " + base64("alice:wrong" + next.incrementAndGet());
        RawHttp.Response answer = client.send(Step.put("/metrics/job/flood", "m 1\n").with(wrong));
        answers.computeIfAbsent(answer.status(), status -> new LongAdder()).increment();
        if (answer.status() == 503) {
          assertFalse(answer.header("Retry-After").isEmpty(), "without Retry-After");
        }
      }
    } catch (IOException e) {
      answers.computeIfAbsent(0, status -> new LongAdder()).increment();
    }
  }

  @Test
  void headers_areOnEveryAnswer_andChangeWithTheFile() throws IOException {
    String headers = "http_server_config:\n  headers:\n    ";
    SecureNode node =
        SecureNode.start(
            processes,
            directory,
            SecureNode.TLS
                + headers
                + "X-Frame-Options: deny\n    X-Content-Type-Options: nosniff\n"
                + users("alice", "secret", 4));

    for (String[] request :
        List.of(
            new String[] {READY},
            new String[] {"-u", "alice:secret", READY},
            new String[] {"-u", "alice:secret", "/metrics"},
            new String[] {"-u", "alice:secret", "/nowhere"})) {
      Answer answer = node.curl(request);
      assertEquals("deny", answer.headers().get("X-Frame-Options"), answer::toString);
      assertEquals("nosniff", answer.headers().get("X-Content-Type-Options"), answer::toString);
    }

    node.change(SecureNode.TLS + headers + "Content-Security-Policy: default-src 'none'\n");
    Answer answer = node.curl(READY);
    assertFalse(answer.headers().containsKey("X-Frame-Options"), answer::toString);
    assertEquals("default-src 'none'", answer.headers().get("Content-Security-Policy"));
  }

  @Test
  void rateLimit_is429_beforeAnythingElse_andChangesWithTheFile() throws IOException {
    String limit = "rate_limit: {interval: 1h, burst: %d}\n";
    String headers = "http_server_config: {headers: {X-Frame-Options: deny}}\n";
    SecureNode node =
        SecureNode.start(
            processes,
            directory,
            SecureNode.TLS + headers + limit.formatted(3) + users("alice", "secret", 4));

    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      statuses.add(node.curl(READY).status());
    }
    assertEquals(List.of(401, 401, 401, 429, 429), statuses);
    Answer refused = node.curl("-u", "alice:secret", READY);
    assertEquals(429, refused.status());
    assertEquals("Too Many Requests\n", refused.body());
    assertEquals("text/plain; charset=utf-8", refused.headers().get("Content-Type"));
    assertFalse(refused.headers().containsKey("X-Frame-Options"), refused::toString);

    node.change(SecureNode.TLS + limit.formatted(2));
    assertEquals(200, node.curl(READY).status());
    node.change(SecureNode.TLS + "# the same limit\n" + limit.formatted(2));
    assertEquals(200, node.curl(READY).status());
    assertEquals(429, node.curl(READY).status());
    node.change(SecureNode.TLS);
    assertEquals(200, node.curl(READY).status());
  }

  private static String users(String name, String password, int cost) {
    return "basic_auth_users:\n" + user(name, password, cost);
  }

  private static String user(String name, String password, int cost) {
    String hash = BCrypt.withDefaults().hashToString(cost, password.toCharArray());
    return "  " + name + ": " + hash + "\n";
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
