package io.holdfast.cluster.replication;

import io.holdfast.storage.Refusal;

/** The refusals of a {@link Replica} that name no values. */
final class ReplicaRefusals {
  static final Refusal STARTING = new Refusal(Refusal.Code.STARTING, "this node is starting");

  static final Refusal SHUTTING_DOWN =
      new Refusal(Refusal.Code.SHUTTING_DOWN, "the server is shutting down");

  static final Refusal PAUSED =
      new Refusal(
          Refusal.Code.PAUSED, "this node was frozen, and refuses the requests that waited");

  static final Refusal INCOMPLETE =
      new Refusal(
          Refusal.Code.STORE_INCOMPLETE,
          "this node is new or was away for long, and still compares its store with the other"
              + " nodes");

  static final Refusal MAY_BE_QUARANTINED =
      new Refusal(
          Refusal.Code.STORE_INCOMPLETE, "this node does not know yet whether its store is kept");

  static final Refusal CUT_OFF =
      new Refusal(Refusal.Code.NOT_FRESH, "cut off from the other nodes");

  static final Refusal UNKNOWN =
      new Refusal(
          Refusal.Code.NOT_FRESH, "this node does not know whether other nodes have newer changes");

  static final Refusal SUPERSEDED =
      new Refusal(
          Refusal.Code.UNCONFIRMED,
          "a newer change of the group overtook this push, and a push with a time to live is not"
              + " made again; a retry is safe");

  private ReplicaRefusals() {}
}
