package io.holdfast.cluster.replication;

import io.holdfast.storage.Refusal;

/** The outcome of a change that is on this node's disk. */
sealed interface Confirmation {

  /** The change is on the disks of a write quorum. */
  record Confirmed() implements Confirmation {}

  /**
   * The change is on the disks of a write quorum, but a peer had a newer version of the group. A
   * client that had made the newer change first would find its later change without effect.
   *
   * @param clock a hybrid clock reading; the reissue needs a version above this reading
   */
  record Superseded(long clock) implements Confirmation {}

  /**
   * The change is on the disks of a write quorum, but shadowed. Another node accepted a conflicting
   * change at the same time.
   */
  record Conflicting(String reason) implements Confirmation {}

  /** The change is perhaps not on the disks of a write quorum. */
  record Unconfirmed(Refusal refusal) implements Confirmation {}
}
