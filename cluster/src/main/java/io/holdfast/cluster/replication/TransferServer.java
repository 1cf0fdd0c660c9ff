package io.holdfast.cluster.replication;

import io.holdfast.proto.cluster.Answer;
import io.holdfast.proto.cluster.Request;
import io.holdfast.storage.ReplicatedStore;
import java.util.concurrent.CompletableFuture;

/**
 * The server of a {@link StateTransfer}. The server answers a peer that copies from this node.
 *
 * <p>Concurrency: for any thread.
 */
final class TransferServer {
  private final ReplicatedStore store;

  TransferServer(ReplicatedStore store) {
    this.store = store;
  }

  /** Answers a question for a digest, a listing or states. Refuses any other request. */
  CompletableFuture<Answer> answer(Request request) {
    if (request.hasDigest()) {
      return store.digest().thenApply(digest -> Answer.newBuilder().setDigest(digest).build());
    }
    if (request.hasListing()) {
      return store
          .listing(request.getListing().getBucketsList(), StateTransfer.CHUNK_BYTES)
          .thenApply(listing -> Answer.newBuilder().setListing(listing).build());
    }
    if (request.hasStates()) {
      return store
          .states(request.getStates().getGroupingKeysList(), StateTransfer.CHUNK_BYTES)
          .thenApply(states -> Answer.newBuilder().setStates(states).build());
    }
    return CompletableFuture.completedFuture(
        Answer.newBuilder().setRefusal("a request of a kind that this node does not know").build());
  }
}
