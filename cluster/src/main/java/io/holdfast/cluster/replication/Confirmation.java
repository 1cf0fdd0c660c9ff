package io.holdfast.cluster.replication;

/** The outcome of a change that is on this node's disk. */
sealed interface Confirmation {

  /** The change is on the disks of a write quorum. */
  record Confirmed() implements Confirmation {}

  /**
   * It is, but something newer of the same group was on one of them before: a client that had made
   * that change first would find its later one without effect.
   *
   * @param clock a hybrid clock reading above which the change is to be made again
   */
  record Superseded(long clock) implements Confirmation {}

  /** It is, but shadowed, because another node took something that conflicts at the same time. */
  record Conflicting(String reason) implements Confirmation {}

  /** The change may or may not be on the disks of a write quorum. */
  record Unconfirmed(String reason) implements Confirmation {}
}
