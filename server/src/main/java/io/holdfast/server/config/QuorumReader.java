package io.holdfast.server.config;

import io.holdfast.cluster.replication.ReplicaOptions;
import io.holdfast.cluster.transport.Discovery;

/** The part of {@link ClusterOptionsReader} for the number of nodes and the write quorum. */
final class QuorumReader {
  private static final int MAXIMUM_SIZE = 9999;
  private static final String SIZE_EXPECTED =
      "a number from %d to %d; this node and each --" + ClusterFlags.PEER + " count";

  private QuorumReader() {}

  /**
   * Reads the quorum.
   *
   * @throws IllegalArgumentException if the numbers contradict each other or the addresses; the
   *     message names the flag
   */
  static ReplicaOptions.Quorum read(FlagValues flags, Discovery discovery) {
    int size = size(flags, discovery);
    int write =
        flags.read(
            ClusterFlags.WRITE_QUORUM,
            text ->
                switch (text) {
                  case "majority" -> size / 2 + 1;
                  case "all" -> size;
                  default -> number(text, 1, size, "majority, all or a number from %d to %d");
                });
    return new ReplicaOptions.Quorum(size, write, flags.isOn(ClusterFlags.BOOTSTRAP));
  }

  private static int size(FlagValues flags, Discovery discovery) {
    NodeCount count = NodeCount.of(discovery.advertise(), discovery.peers());
    boolean isGiven = !flags.get(ClusterFlags.SIZE).isEmpty();
    if (!isGiven && discovery.peers().isEmpty()) {
      throw new IllegalArgumentException(
          "--%s: not given (expected: host:port of every node; or --%s=1 for a cluster of one)"
              .formatted(ClusterFlags.PEER, ClusterFlags.SIZE));
    }
    if (!isGiven && !count.isExact()) {
      throw new IllegalArgumentException(
          ("--%s: not given (expected: the number of nodes; a name in --%s may stand for several,"
                  + " and \"%s\", this node, is not among them)")
              .formatted(ClusterFlags.SIZE, ClusterFlags.PEER, discovery.advertise()));
    }
    if (!isGiven) {
      return count.least();
    }
    int size =
        flags.read(
            ClusterFlags.SIZE, text -> number(text, count.least(), MAXIMUM_SIZE, SIZE_EXPECTED));
    if (size > 1 && count.least() == 1) {
      throw new IllegalArgumentException(
          "--%s: \"%s\" (expected: where others of the --%s=%d nodes are)"
              .formatted(ClusterFlags.PEER, flags.get(ClusterFlags.PEER), ClusterFlags.SIZE, size));
    }
    return size;
  }

  private static int number(String text, int least, int most, String expected) {
    boolean isNumber = text.matches("[0-9]{1,4}");
    int number = isNumber ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          "\"" + text + "\" (expected: " + expected.formatted(least, most) + ")");
    }
    return number;
  }
}
