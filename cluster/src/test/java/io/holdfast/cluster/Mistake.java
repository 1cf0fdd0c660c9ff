package io.holdfast.cluster;

import java.nio.file.Path;

/**
 * Mistakes that somebody might make in the rules of the cluster: each a place in a source, what it
 * says, and what it says by mistake. The simulation must find each within {@link #SEEDS}.
 *
 * <p>Of some no seed is known yet: only a search plays them. Either the simulation is too weak for
 * them, or another rule makes up for the mistake.
 *
 * <p>A mistake remembers with which seed it is found soon. When the simulation changes, that seed
 * may find nothing any more; then the test looks on from there, and takes longer: see {@link
 * MistakesTest} for a search.
 */
enum Mistake {
  // What may be acknowledged.
  ANSWERED_BEFORE_THE_DISK("test/SimulatedStore", "if (skipsFsync) {", "if (true) {"),
  QUORUM_LESS_ONE(
      "Acknowledgements", "int others = quorum.write() - 1;", "int others = quorum.write() - 2;"),
  CHANGE_BEHIND_A_GAP_COUNTS(
      "storage/StreamPositions", "if (first <= of(stream) + 1) {", "if (true) {"),
  ARRIVED_IS_REACHED(
      "Received",
      ".setReached(standing.positions().getOrDefault(changes.getStream(), 0L));",
      ".setReached(changes.getFirst() + changes.getStatesCount() - 1);"),
  OUTDATED_STORE_TAKES_CHANGES(
      "Replica",
      "if (!met.contains(from.id()) || mayBePutAside) {",
      "if (false) {",
      Search.STILL_ON),

  // Order.
  UNANSWERED_IS_NOT_SUPERSEDED(
      "Link", "return reached(stream) >= sequence && !isJudged;", "return false;", Search.STILL_ON),
  UNSENT_COUNTS_WHEN_COPIED(
      "Link", "Math.min(reached, outbox.firstUnjudged(stream) - 1)", "reached", Search.STILL_ON),
  SUPERSEDED_IS_ACKNOWLEDGED(
      "ReplicatedGroupStore",
      "Outranked outranked && !attempt.isSecond",
      "Outranked outranked && attempt.isSecond",
      Search.STILL_ON),
  SECOND_VERSION_BELOW_THE_QUORUM(
      "storage/ChangeApplier", "state.clock().observe(again.above());", "", Search.STILL_ON),
  SEEN_VERSIONS_DO_NOT_COUNT(
      "storage/StateMerger", "state.clock().observe(newest(received));", "", Search.STILL_ON),
  OLD_CHANGES_ARE_MADE(
      "ReplicatedGroupStore",
      "return replica.nanos() - attempt.startedAt > Timing.PATIENCE.toNanos();",
      "return false;",
      Search.STILL_ON),
  LARGER_VERSION_LOSES(
      "storage/GroupMerge",
      "BY_VERSION.compare(family, present) > 0",
      "BY_VERSION.compare(family, present) < 0"),

  // What may be shown.
  READ_ASKS_ONE_LESS("ClusterOptions", "size - write + 1;", "size - write;"),
  ANSWER_TO_AN_OLDER_QUESTION_COUNTS(
      "ReadBarriers", "if (sentAt - barrier.startedAt >= 0) {", "if (true) {", Search.STILL_ON),
  POSITIONS_OF_OTHERS_ARE_NOT_WAITED_FOR(
      "ReadBarrier", "Positions.cover(standing.positions(), required)", "true"),
  OWN_CHANGES_ARE_SHOWN_BEFORE_THE_QUORUM(
      "DurablePositions",
      "stream == standing.stream() && last.getValue() <= confirmed",
      "stream == standing.stream()"),
  CHANGES_ARE_SHOWN_BEFORE_THE_QUORUM("ReadBarrier", "&& durable.cover(shown)", ""),
  COPY_OF_AN_EARLIER_LIFE_COUNTS(
      "Link", "&& copiedFromStream == said.getStream()", "", Search.STILL_ON),
  UNFILLED_STORE_COUNTS(
      "Link", "return isCopied() && wasWholeWhenCopied;", "return isCopied();", Search.STILL_ON),
  UNFILLED_STORE_IS_CURRENT(
      "Currency", "if (!standing.notes().isWhole()) {", "if (false) {", Search.STILL_ON),
  ONE_WITNESS_FILLS_A_STORE(
      "Repairs", "witnesses >= quorum.read()", "witnesses >= 1", Search.STILL_ON),

  // Deletes and copies.
  TOMBSTONES_ARE_DROPPED_AT_ONCE("test/SimulatedStore", "if (dropsTombstones) {", "if (true) {"),
  TOMBSTONES_GO_WITHOUT_AGREEMENT(
      "Keeper", "agreed = Math.min(agreed, completeUntil(node, links));", "", Search.STILL_ON),
  OUTDATED_STORE_STAYS(
      "Repairs",
      "if (store.standing().exposition().groups() > 0) {",
      "if (false) {",
      Search.STILL_ON),
  DELETE_OF_NOTHING_IS_NOTHING(
      "storage/ChangeApplier",
      "if (present == null && !state.groups().isReplicated()) {",
      "if (present == null) {",
      Search.STILL_ON),
  CHANGE_IS_MERGED_AGAIN(
      "storage/StateMerger",
      "long here = request.stream() == 0 ? -1 : state.position(request.stream());",
      "long here = -1;",
      Search.STILL_ON),
  WIPE_IS_NOT_COPIED(
      "Copy",
      "return listing.hasWipedAt() ? List.of(wipe(listing.getWipedAt())) : List.of();",
      "return List.of();",
      Search.STILL_ON),
  COPY_LEAVES_OUT(
      "Copy",
      "keys.addAll(differing);",
      "keys.addAll(differing.subList(0, differing.size() / 2));"),

  // Time.
  VERSIONS_OF_WALL_CLOCKS(
      "ClusterClock",
      "return micros(elapsed()) / MICROS_PER_MILLI;",
      "return wallClock.millis();",
      Search.STILL_ON),
  TIME_OF_OTHERS_IS_NOT_FOLLOWED(
      "ClusterClock",
      "      raise(millis);\n      isSettled = true;",
      "      isSettled = true;",
      Search.STILL_ON),
  FUTURE_IS_REFUSED(
      "storage/HybridClock", "LIMIT = 1L << 60;", "LIMIT = 1_700_003_600_000L << COUNTER_BITS;"),
  WRONG_CLOCK_GOES_ON("ClockWatch", "away.size() >= majority()", "false"),
  WRONG_CLOCK_STOPS_OTHERS("ClockWatch", "away.size() >= majority()", "!away.isEmpty()"),
  CLOCK_STAYS_WRONG(
      "ClockWatch",
      "(wasWrong && !away.isEmpty() && near < majority())",
      "wasWrong",
      Search.STILL_ON);

  /** In a class of its own: constants of an enum are made before its static fields. */
  private static final class Search {
    static final long STILL_ON = 0;
  }

  /** Within so many each must be found. */
  static final int SEEDS = 2_000;

  private static final String STORAGE = "../storage/src/main/java/io/holdfast/storage/";
  private static final String CLUSTER = "src/main/java/io/holdfast/cluster/";
  private static final String TEST = "src/test/java/io/holdfast/storage/";

  private final String where;
  final String rule;
  final String planted;

  /** From which the simulation soon finds it; 0 if no seed is known that does. */
  final long seed;

  Mistake(String where, String rule, String planted) {
    this(where, rule, planted, 1);
  }

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
    return Path.of((where.startsWith("test/") ? TEST : CLUSTER) + name);
  }
}
