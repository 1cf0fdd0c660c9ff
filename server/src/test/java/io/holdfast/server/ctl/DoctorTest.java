package io.holdfast.server.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfastctl doctor}. */
class DoctorTest {
  @TempDir Path directory;

  /** The results by subject. */
  private static Map<String, String> results(Run run) throws Exception {
    Map<String, String> results = new TreeMap<>();
    for (Object each : (List<?>) ((Map<?, ?>) run.json()).get("findings")) {
      Map<?, ?> finding = (Map<?, ?>) each;
      results.put(
          (String) finding.get("subject"), finding.get("result") + ": " + finding.get("facts"));
    }
    return results;
  }

  @Test
  void soundNode_hasNoProblem_butThoseOfThisMachine() throws Exception {
    try (RunningNode node = RunningNode.start(directory)) {
      Run.Setting ctl = Run.against(node.url());
      assertEquals(
          "unknown: nothing was written since the start",
          results(ctl.run("doctor", "-ojson")).get("disk latency"));
      assertEquals(0, ctl.input("m 1\n").run("push", "job=a").exitCode());

      Map<String, String> results = results(ctl.run("doctor", "-ojson"));

      assertEquals("ok: scrapes show every acknowledged change", results.get("ready"));
      assertEquals("ok: this machine and the server agree to the second", results.get("clock"));
      assertEquals("ok: the node is alone, and needs none", results.get("quorum"));
      assertEquals(
          "ok: no limit is near, and none was exceeded since the start", results.get("limits"));
      assertEquals("ok: scrapes show every series", results.get("conflicts"));
      assertTrue(results.get("server").matches("ok: http://.* answers in \\d+ ms, version dev"));
      assertTrue(results.get("disk latency").contains(" a commit takes "), results::toString);
      assertTrue(results.get("disk space").contains(directory + "/store"), results::toString);
      assertTrue(results.get("mount").contains(directory + "/store is on the mount "));
      Run table = ctl.run("doctor");
      assertTrue(table.out().startsWith("RESULT "), table.out());
      boolean isFound = table.out().contains("\nwarning") || table.out().contains("\nproblem");
      assertEquals(isFound ? 3 : 0, table.exitCode());
    }
  }

  @Test
  void limits_thatAreNearOrExceeded_areWarnings() throws Exception {
    try (RunningNode node = RunningNode.start(directory, "--push.max-groups=1")) {
      Run.Setting ctl = Run.against(node.url());
      ctl.input("m 1\n").run("push", "job=a");
      ctl.input("m 1\n").run("push", "job=b");

      Run run = ctl.run("doctor", "-ojson");

      assertEquals(3, run.exitCode());
      assertEquals(
          "warning: groups at 100 %; push.max-groups exceeded 1 times (expected: less load, or a"
              + " higher flag)",
          results(run).get("limits").replace("--push", "push"));
    }
  }

  @Test
  @Tag("cluster")
  void nodeWithoutQuorum_isAProblem() throws Exception {
    try (RunningNode node = RunningNode.startOneOfThree(directory)) {
      Run run = Run.against(node.url()).run("doctor", "-ojson");
      assertEquals(3, run.exitCode());
      Map<String, String> results = results(run);
      assertEquals(
          "problem: 1 of 3 nodes are in touch, 2 must confirm a change (expected: the other nodes"
              + " started and reachable)",
          results.get("quorum"));
      assertTrue(results.get("ready").startsWith("problem: "), results::toString);
      assertTrue(results.get("balancer").startsWith("unknown: "), results::toString);
    }
  }

  @Test
  void mounts_areJudgedByTypeAndPath() {
    List<String> mounts =
        List.of(
            "/dev/a / ext4 rw 0 0",
            "tmpfs /run tmpfs rw 0 0",
            "/dev/b /var/lib/hold\\040fast xfs rw 0 0",
            "overlay /box overlay rw 0 0");
    assertEquals(
        Finding.warning(
            "mount",
            "/data is on the mount / (ext4): other programs can fill it (expected: a mount of its"
                + " own)"),
        StoreMount.mount(Path.of("/data"), mounts));
    assertEquals(
        Finding.Level.OK, StoreMount.mount(Path.of("/var/lib/hold fast/x"), mounts).level());
    assertEquals(Finding.Level.PROBLEM, StoreMount.mount(Path.of("/run/x"), mounts).level());
    assertEquals(Finding.Level.PROBLEM, StoreMount.mount(Path.of("/box/data"), mounts).level());
  }
}
