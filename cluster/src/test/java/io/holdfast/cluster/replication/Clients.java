package io.holdfast.cluster.replication;

import static io.holdfast.cluster.replication.SimulatedCluster.MILLI;
import static io.holdfast.cluster.replication.SimulatedCluster.SECOND;

import io.holdfast.cluster.replication.SimulatedNode.Life;
import io.holdfast.proto.NameRule;
import io.holdfast.proto.ParseException;
import io.holdfast.proto.TextParser;
import io.holdfast.storage.Change;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.PushPreparation;
import io.holdfast.storage.WriteOutcome;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The requests of all clients of a simulation, as over HTTP: the answer comes, or the connection
 * breaks, or the client gives up.
 *
 * <p>A wipe changes the groups of all clients. So it waits until no client is in the middle of
 * something, and meanwhile no client begins anything.
 */
final class Clients {
  private final SimulatedCluster cluster;
  private final Promises promises;
  private int busyClients;
  private boolean isWiping;

  /** What a client learns of its request. */
  interface Answer {
    void told(boolean isAcknowledged);
  }

  /** A request of the node's groups. */
  interface Asked {
    CompletableFuture<WriteOutcome> of(GroupStore groups);
  }

  Clients(SimulatedCluster cluster, Promises promises) {
    this.cluster = cluster;
    this.promises = promises;
  }

  /** Returns whether a client may begin something. */
  boolean mayChange() {
    return !cluster.isQuiet() && !isWiping;
  }

  Change prepared(String job, boolean replaces, String body) {
    try {
      return PushPreparation.prepare(
          key(job),
          replaces,
          cluster.time.now(),
          TextParser.parse(body.getBytes(StandardCharsets.UTF_8), NameRule.LEGACY),
          ContentLimits.ofText(1 << 20));
    } catch (ParseException e) {
      throw new AssertionError(e);
    }
  }

  static GroupKey key(String job) {
    return GroupKey.of(new TreeMap<>(Map.of("job", job)));
  }

  /** How long a client waits: one that gives up earlier cannot know which takes effect last. */
  long patience() {
    return Timeouts.PATIENCE.toNanos() + 200 * MILLI + cluster.random.nextLong(8 * SECOND);
  }

  /** The request of a client that then goes on, one after the other. */
  void request(Life life, Change change, long patience, Answer answer) {
    request(life, groups -> groups.submit(change, () -> false), patience, answer);
  }

  /** The request of a client that then goes on, one after the other. */
  void request(Life life, Asked asked, long patience, Answer answer) {
    busyClients++;
    submit(life, 0, patience, asked, finishing(answer));
  }

  /** The request of a client that then goes on; the network may hold it up. */
  void request(
      Life life, LateRequests.Request request, long patience, Change change, Answer answer) {
    busyClients++;
    submit(
        life,
        request.delayNanos(),
        patience,
        groups -> groups.submit(change, request.isGivenUp()),
        finishing(answer));
  }

  private Answer finishing(Answer answer) {
    return isAcknowledged -> {
      answer.told(isAcknowledged);
      busyClients--;
    };
  }

  /** The request of a client on whose order nobody relies. */
  void submit(Life life, Change change, Answer answer) {
    submit(life, 0, patience(), groups -> groups.submit(change, () -> false), answer);
  }

  private void submit(Life life, long delayNanos, long patience, Asked asked, Answer answer) {
    boolean[] isTold = {false};
    Answer once =
        isAcknowledged -> {
          if (!isTold[0]) {
            isTold[0] = true;
            answer.told(isAcknowledged);
          }
        };
    cluster.at(patience, () -> once.told(false));
    cluster.time.afterInSocket(
        delayNanos + cluster.random.nextLong(2 * MILLI),
        life.process,
        () -> {
          CompletableFuture<Void> unused =
              asked
                  .of(life.groups)
                  .thenAccept(outcome -> once.told(outcome instanceof WriteOutcome.Applied));
        });
  }

  /** Waits until no client is in the middle of something, then wipes as one more client of all. */
  void wipe() {
    isWiping = true;
    Life life = cluster.anyLife();
    if (busyClients > 0 || life == null) {
      if (!cluster.isQuiet()) {
        cluster.at(100 * MILLI, this::wipe);
      }
      return;
    }
    Map<Register, Register.Operation> operations = new LinkedHashMap<>();
    promises
        .registers()
        .forEach(register -> operations.put(register, register.ask(null, cluster.time.now())));
    submit(
        life,
        new Change.Wipe(),
        isAcknowledged -> {
          cluster.tell("wipe" + (isAcknowledged ? " acknowledged" : " unknown"));
          if (isAcknowledged) {
            operations.forEach(promises::acknowledge);
          }
          cluster.at(isAcknowledged ? 0 : SECOND, () -> isWiping = false);
        });
  }
}
