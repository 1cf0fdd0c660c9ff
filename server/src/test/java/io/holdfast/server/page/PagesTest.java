package io.holdfast.server.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.ClusterStatus.Copying;
import io.holdfast.cluster.replication.ClusterStatus.Member;
import io.holdfast.cluster.replication.ClusterStatus.State;
import io.holdfast.proto.NameRule;
import io.holdfast.storage.Exposition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What pages say of the node and its cluster. */
class PagesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final Pages pages =
      new Pages(
          new Pages.Settings(
              "", true, false, NameRule.LEGACY, Map.of(), Map.of(), NOW.minusSeconds(3600)),
          () -> NOW);

  private static Member member(String name, State state, String unready, long lag) {
    return new Member("id", name, "10.0.0.9:9191", state, unready, lag, lag / 10.0, 3, 0, 0);
  }

  private static Node node(
      @Nullable String unready, @Nullable String staleReason, List<Member> members) {
    ClusterStatus cluster =
        new ClusterStatus(
            "gateway-1",
            "id",
            unready,
            3,
            2,
            unready == null,
            members,
            unready == null ? null : new Copying("gateway-2", 1_200, 50_000));
    return new Node(cluster, unready, staleReason, null);
  }

  private String status(Node node) {
    Pages.Storage storage = new Pages.Storage("data", 1, Exposition.empty(), 0);
    return new String(pages.status(node, storage).html(), StandardCharsets.UTF_8);
  }

  private String list(Node node) {
    return new String(
        pages.groups(node, Exposition.empty(), Map.of(), "http://push/metrics").html(),
        StandardCharsets.UTF_8);
  }

  @Test
  void nodeAlone_isReady_withoutABanner() {
    String page = list(new Node(null, null, null, null));

    assertTrue(page.contains("class=\"node good\""), page);
    assertTrue(page.contains(">Ready<"), page);
    assertFalse(page.contains("class=\"banner\""), page);
    assertTrue(page.contains("Nothing has been pushed yet"), page);
  }

  @Test
  void wholeCluster_isToldInTheHeadOfEveryPage() {
    String page =
        list(
            node(
                null,
                null,
                List.of(
                    member("gateway-2", State.READY, "", 0),
                    member("gateway-3", State.READY, "", 0))));

    assertTrue(page.contains("class=\"node good\""), page);
    assertTrue(page.contains("gateway-1"), page);
    assertTrue(page.contains("3 of 3 nodes"), page);
  }

  @Test
  void clusterThatLacksANode_isAWarning_andTheStatusTellsOfEach() {
    Node node =
        node(
            null,
            null,
            List.of(
                member("gateway-2", State.LAGGING, "", 1_234),
                member("gateway-3", State.SUSPECT, "gone <away>", 0)));

    String page = status(node);

    assertTrue(page.contains("class=\"node warn\""), page);
    assertTrue(page.contains("2 of 3 nodes"), page);
    assertTrue(page.contains("1,234 changes"), page);
    assertTrue(page.contains("not answering"), page);
    assertTrue(page.contains("gone &lt;away&gt;"), page);
    assertFalse(page.contains("class=\"banner\""), page);
  }

  @Test
  void nodeThatIsCutOff_saysSoAcrossThePage() {
    Node node = node("only 1 of 3 nodes, 2 needed", null, List.of());

    String page = status(node);

    assertTrue(page.contains("class=\"node bad\""), page);
    assertTrue(page.contains("<strong>This node is not ready:</strong> only 1 of 3"), page);
    assertTrue(page.contains("2, not reached"), page);
    assertTrue(page.contains("<strong>Pushes are refused:</strong> the write quorum"), page);
    assertTrue(page.contains("no: the write quorum is not reached"), page);
    assertTrue(page.contains("1,200 of 50,000 groups from gateway-2"), page);
    assertTrue(page.contains("2 nodes are away"), page);
    assertTrue(
        list(node(null, "gateway-2 may have more", List.of()))
            .contains("<strong>This may be outdated:</strong> gateway-2 may have more"));
  }

  @Test
  void message_hasItsStatus() {
    Pages.Page page = pages.message(503, node(null, null, List.of()), "Title", "Be <patient>");

    assertEquals(503, page.status());
    assertTrue(new String(page.html(), StandardCharsets.UTF_8).contains("Be &lt;patient&gt;"));
  }
}
