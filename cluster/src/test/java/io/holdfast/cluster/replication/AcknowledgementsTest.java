package io.holdfast.cluster.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.replication.ReplicaOptions.Quorum;
import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.proto.cluster.Conflict;
import io.holdfast.storage.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AcknowledgementsTest {
  private static final long NOW = 1_000_000_000_000L;
  private static final long LOG = 7;
  private static final Duration GRACE = Duration.ofMillis(500);

  private final List<Long> latencies = new ArrayList<>();
  private final Acknowledgements acknowledgements = of(new Quorum(3, 2, false));
  private final PeerState one = keepingUp("one", 2);
  private final PeerState other = keepingUp("other", 3);

  private Acknowledgements of(Quorum quorum) {
    return new Acknowledgements(quorum, GRACE, latencies::add, Runnable::run);
  }

  private static PeerState keepingUp(String name, long log) {
    PeerState peer = Peers.copied(name, log, NOW);
    peer.caughtUp();
    return peer;
  }

  @BeforeEach
  void open() {
    acknowledgements.restart(LOG);
  }

  @Test
  void change_isConfirmedWhenEveryPeerThatKeepsUpHasIt() {
    CompletableFuture<Confirmation> change = await(1);
    send(1);
    reach(one, 1);
    settle(NOW + 1);
    assertFalse(change.isDone());

    reach(other, 1);
    settle(NOW + 2);
    assertInstanceOf(Confirmation.Confirmed.class, change.join());
    assertEquals(List.of(2L), latencies);
  }

  @Test
  void change_waitsForASlowPeerForTheGraceOnly() {
    CompletableFuture<Confirmation> change = await(1);
    send(1);
    reach(one, 1);
    settle(NOW + GRACE.toNanos() - 1);
    assertFalse(change.isDone());
    assertFalse(other.isLagging());

    settle(NOW + GRACE.toNanos());
    assertTrue(change.isDone());
    assertTrue(other.isLagging());
    assertEquals(GRACE.toNanos(), other.lagging(NOW + GRACE.toNanos()));
  }

  @Test
  void change_isNotConfirmedBelowTheQuorum_howeverLongItWaits() {
    one.fellBehind(NOW);
    other.fellBehind(NOW);
    CompletableFuture<Confirmation> change = await(1);
    send(1);
    settle(NOW + 10 * GRACE.toNanos());
    assertFalse(change.isDone());
  }

  @Test
  void change_countsOnlyWithAllBeforeIt() {
    CompletableFuture<Confirmation> second = await(2);
    send(2);
    reach(one, 1);
    reach(other, 1);
    settle(NOW + GRACE.toNanos());
    assertEquals(1, acknowledgements.confirmed());
    assertFalse(second.isDone());
  }

  @Test
  void writeQuorumOfOne_waitsForNobodyThatLags() {
    Acknowledgements alone = of(new Quorum(3, 1, false));
    alone.restart(LOG);
    CompletableFuture<Confirmation> change = new CompletableFuture<>();
    alone.await(LOG, 1, change, NOW);
    one.fellBehind(NOW);
    other.fellBehind(NOW);
    alone.settle(List.of(one, other), NOW);
    assertInstanceOf(Confirmation.Confirmed.class, change.join());
  }

  @Test
  void change_thatAPeerHasSomethingNewerThan_isSuperseded() {
    CompletableFuture<Confirmation> change = await(1);
    send(1);
    acknowledgements.heard(ChangesAnswer.newBuilder().addSuperseded(1).setClock(40).build());
    acknowledgements.heard(ChangesAnswer.newBuilder().addSuperseded(1).setClock(30).build());
    reach(one, 1);
    reach(other, 1);
    settle(NOW);
    assertEquals(new Confirmation.Superseded(40), change.join());
  }

  @Test
  void change_thatCameToAPeerWithATransfer_isTakenForSuperseded() {
    CompletableFuture<Confirmation> change = await(1);
    one.heard(Peers.heartbeat("one", 2).setClock(50).build());
    one.reached(LOG, 1);
    other.fellBehind(NOW);
    settle(NOW);
    assertEquals(new Confirmation.Superseded(50), change.join());
  }

  @Test
  void conflict_isToldWithItsReason() {
    CompletableFuture<Confirmation> change = await(1);
    send(1);
    acknowledgements.heard(
        ChangesAnswer.newBuilder()
            .addConflicts(Conflict.newBuilder().setOffset(1).setReason("taken"))
            .build());
    reach(one, 1);
    reach(other, 1);
    settle(NOW);
    assertEquals(new Confirmation.Conflicting("taken"), change.join());
  }

  @Test
  void newLog_givesUpWhatWaited() {
    CompletableFuture<Confirmation> change = await(1);
    reach(one, 5);
    acknowledgements.restart(LOG + 1);
    assertInstanceOf(Confirmation.Unconfirmed.class, change.join());
    assertEquals(0, acknowledgements.confirmed());

    assertInstanceOf(Confirmation.Unconfirmed.class, await(2).join());
  }

  @Test
  void expire_givesUpOnlyWhatHasWaitedForTheDeadline() {
    CompletableFuture<Confirmation> early = await(1);
    CompletableFuture<Confirmation> late = new CompletableFuture<>();
    acknowledgements.await(LOG, 1, late, NOW + 2);
    Refusal tooFew = new Refusal(Refusal.Code.UNCONFIRMED, "too few");
    acknowledgements.expire(Duration.ofNanos(9), tooFew, NOW + 10);
    assertEquals(new Confirmation.Unconfirmed(tooFew), early.join());
    assertFalse(late.isDone());
  }

  @Test
  void executorThatIsShutDown_doesNotLoseAnswers() {
    Acknowledgements closing =
        new Acknowledgements(
            new Quorum(1, 1, false),
            GRACE,
            latencies::add,
            task -> {
              throw new RejectedExecutionException();
            });
    closing.restart(LOG);
    CompletableFuture<Confirmation> change = new CompletableFuture<>();
    closing.await(LOG, 1, change, NOW);
    closing.settle(List.of(), NOW);
    assertTrue(change.isDone());
  }

  private CompletableFuture<Confirmation> await(long offset) {
    CompletableFuture<Confirmation> confirmation = new CompletableFuture<>();
    acknowledgements.await(LOG, offset, confirmation, NOW);
    return confirmation;
  }

  /** Both peers are to be sent the changes from the first to this one. */
  private void send(int last) {
    for (PeerState peer : List.of(one, other)) {
      for (int offset = 1; offset <= last; offset++) {
        assertTrue(peer.enqueue(LOG, offset, List.of(new byte[1])));
      }
    }
  }

  private static void reach(PeerState peer, long offset) {
    Changes batch = peer.nextBatch();
    if (batch == null) {
      peer.reached(LOG, offset);
    } else {
      peer.batchAcknowledged(
          Objects.requireNonNull(batch), ChangesAnswer.newBuilder().setReached(offset).build());
    }
  }

  private void settle(long now) {
    acknowledgements.settle(List.of(one, other), now);
  }
}
