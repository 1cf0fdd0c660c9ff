package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Changes;
import io.holdfast.proto.cluster.ChangesAnswer;
import io.holdfast.proto.cluster.Conflict;
import io.holdfast.storage.MergeOutcome;
import io.holdfast.storage.MergeRequest;
import io.holdfast.storage.ReceivedStates;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.ReplicaState;
import io.holdfast.storage.ReplicatedStore;
import java.util.concurrent.CompletableFuture;

/** The path of a peer's changes to the disk. Runs on the thread that received the changes. */
final class BatchReceiver {
  private BatchReceiver() {}

  static CompletableFuture<MergeOutcome> merge(Changes changes, ReplicatedStore store) {
    try {
      ReceivedStates states = ReceivedStates.decode(changes.getStatesList());
      return store.merge(MergeRequest.ofChanges(changes.getLogId(), changes.getFirst(), states));
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(
          new MergeOutcome.Refused(
              new Refusal(Refusal.Code.BAD_MESSAGE, String.valueOf(e.getMessage()))));
    }
  }

  /** Returns the answer to the sender, after the changes have reached the disk. */
  static ChangesAnswer answer(
      Changes changes, MergeOutcome.Merged merged, ReplicaState replicaState) {
    ChangesAnswer.Builder answer =
        ChangesAnswer.newBuilder()
            .addAllSuperseded(merged.superseded())
            .setClock(merged.clock())
            .setReached(replicaState.versionVector().getOrDefault(changes.getLogId(), 0L));
    merged
        .conflicts()
        .forEach(
            (offset, reason) ->
                answer.addConflicts(Conflict.newBuilder().setOffset(offset).setReason(reason)));
    return answer.build();
  }
}
