package io.holdfast.cluster.replication;

import java.nio.file.Path;

/**
 * Mistakes that somebody might make in the rules of the cluster: each a place in a source, what it
 * says, and what it says by mistake. The simulation finds each within {@link #SEEDS} from seed 1.
 *
 * <p>A mistake remembers with which seed it is found soon. When the simulation changes, that seed
 * may find nothing any more; then the test looks on from there, and takes longer: see {@link
 * MistakesTest} for a search.
 */
enum Mistake {
  // What may be acknowledged.
  ACKNOWLEDGED_BEFORE_THE_SYNC(
      "storage/CommitLoop",
      "    phase = Phase.WRITTEN;\n",
      "    acknowledge();\n    phase = Phase.WRITTEN;\n",
      15),
  PUBLISHED_BEFORE_THE_WRITE(
      "storage/CommitLoop",
      "    store.records().write(store.writes());\n",
      "    publish(store);\n    store.records().write(store.writes());\n",
      1),
  QUORUM_LESS_ONE(
      "Acknowledgements",
      "int others = quorum.write() - 1;",
      "int others = quorum.write() - 2;",
      1),
  CONFIRMED_OF_THE_LOG_BEFORE("Acknowledgements", "      confirmed = 0;\n", "", 1),
  REACHED_IN_THE_LOG_BEFORE(
      "LogProgress",
      "reached = logId == reachedLog ? Math.max(reached, offset) : offset;",
      "reached = Math.max(reached, offset);",
      1),
  LIVE_NODES_ARE_A_QUORUM(
      "Acknowledgements",
      "waiting.firstKey() <= confirmed) {",
      "waiting.firstKey() <= Math.max(confirmed, all)) {",
      1),
  ARRIVED_IS_REACHED(
      "BatchReceiver",
      ".setReached(replicaState.versionVector().getOrDefault(changes.getLogId(), 0L));",
      ".setReached(changes.getFirst() + changes.getStatesCount() - 1);",
      33),
  CHANGE_BEHIND_A_GAP_COUNTS(
      "storage/LogOffsets", "if (first <= of(logId) + 1) {", "if (true) {", 2),
  FAILED_COMMIT_COUNTS(
      "storage/CommitLoop", "close(unwritable(e), clock);", "open.store().batch().clear();", 8),
  LOG_GOES_ON_AFTER_A_RESTART(
      "storage/StoreLoader",
      "new StoreState.Identity(node, setting.random.nextLong())",
      "new StoreState.Identity(node, node)",
      1),

  // Order.
  SUPERSEDED_IS_ACKNOWLEDGED(
      "ReplicatedGroupStore",
      "Superseded superseded && !attempt.isSecond",
      "Superseded superseded && attempt.isSecond",
      77),
  UNANSWERED_IS_NOT_SUPERSEDED(
      "PeerState",
      "return reached(logId) >= offset && !progress.isAcknowledged(logId, offset);",
      "return false;",
      77),
  VERSION_AFTER_THE_QUESTION(
      "storage/WriterCommand", "      writing.state.clock().hold();\n", "", 611),
  LARGER_VERSION_LOSES(
      "storage/GroupMerge",
      "BY_VERSION.compare(family, present) > 0",
      "BY_VERSION.compare(family, present) < 0",
      1),
  LATER_MERGED_DELETE_WINS(
      "storage/GroupMerge",
      "if (Version.isLater(from.deletedAt, into.deletedAt)) {",
      "if (from.deletedAt != null) {",
      2),
  DELETED_FAMILIES_STAY("storage/GroupMerge", "if (floorRaised) {", "if (false) {", 1),

  // What may be shown.
  READ_ASKS_NOBODY("ReadBarrier", "&& asked.size() >= othersNeeded", "", 2),
  READ_ASKS_ONE_LESS("ReplicaOptions", "size - write + 1;", "size - write;", 1),
  POSITIONS_OF_OTHERS_ARE_NOT_WAITED_FOR(
      "ReadBarrier", "VersionVectors.cover(replicaState.versionVector(), required)", "true", 1),
  OWN_CHANGES_ARE_SHOWN_BEFORE_THE_QUORUM(
      "DurableOffsets",
      "logId == replicaState.logId() && last.getValue() <= confirmed",
      "logId == replicaState.logId()",
      1),
  CHANGES_ARE_SHOWN_BEFORE_THE_QUORUM("ReadBarrier", "&& durable.cover(shown)", "", 1),
  CHANGES_OF_OTHERS_ARE_SHOWN_BEFORE_THE_QUORUM(
      "DurableOffsets",
      "if (!isConfirmed && durable(logId)",
      "if (!isConfirmed && logId == replicaState.logId() && durable(logId)",
      1),
  OPENING_IS_SHOWN_BEFORE_THE_QUORUM(
      "storage/StoreState", "versionVector.reach(besides(identity.logId), OPENING);", "", 17),
  COPY_IS_SHOWN_BEFORE_THE_QUORUM(
      "storage/LogOffsets", "    shown.forEach(this::mayShow);\n", "", 18),
  LAST_KNOWN_IS_SHOWN_AS_CURRENT(
      "QuorumReads",
      "new ReadResult.Stale(\n"
          + "        store.exposition(),"
          + " freshness.unready().orElse(ReplicaRefusals.CUT_OFF).text());",
      "new ReadResult.Fresh(store.exposition());",
      1),
  ONE_DISK_IS_A_QUORUM(
      "DurableOffsets", "reached[nodes - quorum.write()];", "reached[nodes - 1];", 1),
  NEW_STORE_IS_WHOLE(
      "storage/StoreLoader", "ofNewStore(replicated.newStoreIsComplete())", "ofNewStore(true)", 18),

  // Deletes and copies.
  TOMBSTONES_ARE_DROPPED_AT_ONCE(
      "storage/CommitLoop",
      "    replicate(store);\n",
      "    store.state().purge(Long.MAX_VALUE, batch);\n    replicate(store);\n",
      1),
  COPY_LEAVES_OUT(
      "StateTransfer",
      "keys.addAll(differing);",
      "keys.addAll(differing.subList(0, differing.size() / 2));",
      1),
  BUCKET_IS_NOT_LISTED(
      "storage/StateReader",
      "if (group == null || digest.of(group) != theirs.getDigests(i)) {",
      "if (group == null) {",
      1),
  WHAT_FAILED_IS_NOT_SENT_AGAIN(
      "Outbox",
      "inFlight = isInFlight(batch) ? 0 : inFlight;\n  }\n\n  private",
      "}\n\n  private",
      8),

  // Expiry.
  EXPIRY_LEAVES_WHAT_IS_NEWER(
      "storage/ChangeApplier",
      "requireNonNull(present.newest())",
      "requireNonNull(present.stampsClaimedAt())",
      2),
  EXPIRY_IS_A_NEW_DELETE(
      "storage/ChangeApplier", "requireNonNull(present.newest())", "state.nextVersion()", 215),
  EXPIRY_ASKS_NOBODY(
      "Replica",
      "new GroupExpiry.Permission(() -> cannotWrite() == null, this::read)",
      "new GroupExpiry.Permission(() -> true, () -> CompletableFuture.completedFuture(new"
          + " ReadResult.Fresh(store.exposition())))",
      54),
  EXPIRY_BEFORE_THE_BARRIER(
      "GroupExpiry",
      ".thenAccept(result -> loop.execute(() -> passed(result, untilMillis)));",
      ".thenAccept(result -> {});\n    expire(untilMillis);",
      63),
  EXPIRY_IS_AS_OLD_AS_THE_PUSH(
      "storage/Group", "Math.max(deletedAt.clock(), expiredAt);", "deletedAt.clock();", 344),
  READY_WITH_OVERDUE_GROUPS("GroupExpiry", "return hasNone", "return true", 23),

  // Deletes by selector.
  SELECTED_FLOOR_LEAVES_WHAT_IS_NEWER(
      "storage/GroupSummary",
      "return push.version.isAfter(failure.version) ? push.version : failure.version;",
      "return push.claimedAt;",
      12),
  SELECTED_ARE_DELETED_ANEW(
      "storage/ChangeApplier",
      "selected.forEach(each -> state.clock().observe(each.floor().clock()));",
      "selected = selected.stream().map(each -> new Selected(each.key(), state.nextVersion()))"
          + ".toList();",
      98),
  RESTORE_LEAVES_OTHER_FAMILIES(
      "storage/ChangeApplier", "      change.deletedAt = floor;\n", "", 2),
  RESTORE_IS_AS_OLD_AS_ITS_BACKUP(
      "storage/ChangeApplier",
      "    Version first = state.followingVersion();\n",
      "    Version first = from.families().values().iterator().next().claimedAt();\n",
      2),
  SELECTION_ASKS_NOBODY(
      "ReplicatedGroupStore",
      "Selection.from(read(), selector",
      "Selection.from(CompletableFuture.completedFuture(new ReadResult.Fresh(exposition())),"
          + " selector",
      12),

  // Time.
  FUTURE_IS_REFUSED(
      "storage/HybridClock", "LIMIT = 1L << 60;", "LIMIT = 1_700_003_600_000L << COUNTER_BITS;", 1),
  WRONG_CLOCK_GOES_ON("ClockWatch", "away.size() >= majority()", "false", 5),
  WRONG_CLOCK_STOPS_OTHERS("ClockWatch", "away.size() >= majority()", "!away.isEmpty()", 5);

  /** Within so many each must be found. */
  static final int SEEDS = 2_000;

  private static final String STORAGE = "../storage/src/main/java/io/holdfast/storage/";
  private static final String CLUSTER = "../cluster/src/main/java/io/holdfast/cluster/replication/";

  private final String where;
  final String rule;
  final String planted;

  /** Finds it, or a later one soon. */
  final long seed;

  Mistake(String where, String rule, String planted, long seed) {
    this.where = where;
    this.rule = rule;
    this.planted = planted;
    this.seed = seed;
  }

  Path file() {
    String name = where.substring(where.indexOf('/') + 1) + ".java";
    if (where.startsWith("storage/")) {
      return Path.of(STORAGE + name);
    }
    return Path.of(CLUSTER + name);
  }
}
