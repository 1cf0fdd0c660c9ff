package io.holdfast.cluster.replication;

/** What became of a change that is on this node's disk already. */
sealed interface Confirmation {

  /** It is on the disks of enough nodes. */
  record Confirmed() implements Confirmation {}

  /**
   * It is, but something newer of the same group was on one of them before: a client that had made
   * that change first would find its later one without effect.
   *
   * @param clock a hybrid clock reading above which the change is to be made again
   */
  record Outranked(long clock) implements Confirmation {}

  /** It is, but shadowed, because another node took something that conflicts at the same time. */
  record Conflicting(String reason) implements Confirmation {}

  /** Nobody knows. */
  record Unconfirmed(String reason) implements Confirmation {}
}
