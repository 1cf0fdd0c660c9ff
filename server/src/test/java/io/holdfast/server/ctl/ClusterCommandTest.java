package io.holdfast.server.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfastctl cluster}, at a node whose peers are not there. */
@Tag("cluster")
class ClusterCommandTest {
  @TempDir Path directory;

  @Test
  void cluster_withoutQuorum_isToldWithTheReason() throws Exception {
    try (RunningNode node = RunningNode.startOneOfThree(directory)) {
      Run.Setting ctl = Run.against(node.url());
      Run run = ctl.run("cluster");
      assertEquals(0, run.exitCode(), run::err);
      assertTrue(run.out().startsWith("node: a, not ready: "), run.out());
      assertTrue(
          run.out().contains("\nquorum: no, 2 of 3 nodes must confirm a change\n"), run.out());
      assertTrue(run.out().contains("\nPEER  STATE  LAG "), run.out());
      assertEquals(false, ((Map<?, ?>) ctl.run("cluster", "-ojson").json()).get("has_quorum"));

      Run push = ctl.input("m 1\n").run("push", "job=a");
      assertEquals(1, push.exitCode());
      assertTrue(push.err().contains(" answers 503: "), push.err());
    }
  }
}
