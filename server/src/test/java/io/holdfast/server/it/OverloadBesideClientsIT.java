package io.holdfast.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than a small heap can hold, while another client pushes and scrapes. That client notices
 * nothing but answers that ask for a retry, and the process lives on.
 */
@Tag("alone")
final class OverloadBesideClientsIT {
  private static final int ROUNDS = 20;
  private static final String GET = " HTTP/1.1\r\nHost: a\r\n\r\n";

  @RegisterExtension final Processes processes = Processes.perTest();

  @TempDir Path store;

  private ServerProcess server;
  private HonestClient honest;
  private Attack attack;

  @BeforeEach
  void start() throws IOException {
    int port = Port.free();
    List<String> command =
        HoldfastCommand.withJvmOptions(
            List.of("-Xmx128m"),
            "--web.listen-address=127.0.0.1:" + port,
            "--web.write-timeout=2s",
            "--storage.path=" + store);
    server = processes.launch("holdfast", port, command).awaitReady("/-/ready");
    attack = new Attack(port);
    honest = new HonestClient(server);
    honest.awaitRounds(1);
  }

  @AfterEach
  void end() throws IOException {
    honest.close();
    attack.close();
    assertTrue(server.isAlive(), server::output);
  }

  @Test
  void slowSnappyBodies_stopNobody() throws IOException {
    attack.slowSnappy(100, 1_900_000);
    honest.awaitRounds(ROUNDS);
    attack.sendOneMore();
    honest.awaitRounds(ROUNDS);
  }

  /** As many labels as a body may have: their page would be far longer than a page may be. */
  @Test
  void largePages_stopNobody() throws IOException {
    pushPageBomb();
    attack.send(30, "GET /group/job/page" + GET);
    for (int i = 0; i < 4; i++) {
      RawHttp.Response page = server.send(Step.get("/group/job/page"));
      assertTrue(Set.of(200, 503).contains(page.status()), page::text);
      assertTrue(page.body().size() < 2 << 20, () -> page.body().size() + " bytes");
    }
    honest.awaitRounds(ROUNDS);
  }

  private void pushPageBomb() throws IOException {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      labels.append("a").append(i).append("=\"\",");
    }
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      body.append("m")
          .append(i % 800)
          .append("{")
          .append(labels)
          .append("s=\"")
          .append(i)
          .append("\"} 1\n");
    }
    RawHttp.Response push = server.send(Step.put("/metrics/job/page", body.toString()));
    assertEquals(200, push.status(), push::text);
  }

  /** Readers that stall keep old states on the disk, but only until they are cut off. */
  @Test
  void stalledReadersOfSnapshots_stopNobody_andGiveTheDiskBack() throws IOException {
    for (int round = 0; round < 12; round++) {
      pushLarge(round);
      attack.send(10, "GET /api/v1/metrics" + GET);
    }
    honest.awaitRounds(ROUNDS);
    Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .untilAsserted(() -> assertTrue(storeBytes() < 64 << 20, () -> storeBytes() + " bytes"));
    honest.awaitRounds(ROUNDS);
  }

  private void pushLarge(int round) throws IOException {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      body.append("m").append(i).append("{l=\"").append(round);
      body.append("x".repeat(60_000)).append("\"} 1\n");
    }
    RawHttp.Response push = server.send(Step.put("/metrics/job/large", body.toString()));
    assertTrue(Set.of(200, 503).contains(push.status()), push::text);
  }

  private long storeBytes() {
    try (Stream<Path> files = Files.walk(store)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void severalAttacksAtOnce_stopNobody() throws IOException {
    pushPageBomb();
    String head = "GET / HTTP/1.1\r\nHost: a\r\n" + "a:\r\n".repeat(150);
    for (int round = 0; round < 8; round++) {
      pushLarge(round);
      attack.send(20, "");
      attack.send(20, head);
      attack.slowSnappy(20, 1_900_000);
      attack.send(5, "GET /group/job/page" + GET);
      attack.send(5, "GET /api/v1/metrics" + GET);
      attack.send(5, "GET /metrics" + GET);
      attack.send(5, "GET /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n");
    }
    honest.awaitRounds(ROUNDS);
    attack.sendOneMore();
    honest.awaitRounds(ROUNDS);
  }
}
