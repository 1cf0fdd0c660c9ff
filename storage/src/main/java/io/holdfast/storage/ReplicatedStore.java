package io.holdfast.storage;

import com.google.protobuf.ByteString;
import io.holdfast.proto.cluster.Digest;
import io.holdfast.proto.cluster.Listing;
import io.holdfast.proto.cluster.States;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * A store whose groups other nodes have too. The store describes its state, hands its state out,
 * and merges the states of peers. Any thread may call all methods.
 *
 * <p>The writer answers queries, in order with the changes. Answers describe the state on the disk.
 * The future of a query completes exceptionally if the store cannot be read.
 */
public interface ReplicatedStore extends GroupStore {

  /** Returns the replica state as of the last commit. Never blocks. */
  ReplicaState replicaState();

  /**
   * Sets the receiver of this store's own changes. Called once, before the first {@link #submit}.
   */
  void replicateTo(Replication replication);

  /**
   * Merges changes or states of another node. Completes when they are on the disk and in every
   * exposition. Order and repetition do not matter.
   */
  CompletableFuture<MergeOutcome> merge(MergeRequest request);

  /**
   * Adopts the changes that arrived behind a gap of these ended logs. No other store will ever
   * reach these offsets. From now on, a copy of this whole store shows that another store has these
   * changes.
   */
  CompletableFuture<MergeOutcome> adopt(Set<Long> logIds);

  /** Returns the digest of each bucket, with the version vector that it covers. */
  CompletableFuture<Digest> digest();

  /**
   * Returns the groups in some buckets. The cost is in proportion to all groups.
   *
   * @param buckets in this order; the listing ends after about this many bytes
   */
  CompletableFuture<Listing> listing(List<Integer> buckets, int maxBytes);

  /** Returns which of these groups this store lacks or has in another state. */
  CompletableFuture<List<ByteString>> differing(Listing theirs);

  /** Returns which buckets differ from another store's. */
  CompletableFuture<BitSet> differing(Digest theirs);

  /** Returns the states of these groups, tombstones included, up to about this many bytes. */
  CompletableFuture<States> states(List<ByteString> groupingKeys, int maxBytes);

  /**
   * Changes and stores the cluster metadata. The writer thread calls the function with the current
   * metadata.
   */
  CompletableFuture<MergeOutcome> note(UnaryOperator<ClusterMetadata> change);

  /**
   * Collects tombstones up to this hybrid clock reading, and notes the collected watermark if there
   * were any.
   */
  CompletableFuture<MergeOutcome> purge(long until);

  /**
   * Quarantines the store: moves all its files into a directory beside the live files. The store
   * continues empty, under a new identity. Nothing is deleted.
   */
  CompletableFuture<MergeOutcome> quarantine();
}
