package io.holdfast.server.config;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.cluster.ClusterOptions;
import java.util.stream.Stream;

/** Command lines of nodes in a cluster, and what becomes of them. */
public final class ClusterArguments {
  private ClusterArguments() {}

  /** A node without a secret and its peers, which a blank parts. */
  static String[] members(String self, String peers) {
    return with(node(self, peers), "--cluster.insecure");
  }

  /** A node and its peers, which a blank parts. */
  static String[] node(String self, String peers) {
    return Stream.concat(
            Stream.of("--cluster.listen-address=" + self),
            Stream.of(peers.split(" ")).map(peer -> "--cluster.peer=" + peer))
        .toArray(String[]::new);
  }

  static String[] with(String[] arguments, String... more) {
    return Stream.of(arguments, more).flatMap(Stream::of).toArray(String[]::new);
  }

  static ClusterOptions cluster(String... arguments) {
    return requireNonNull(run(arguments).cluster());
  }

  public static Options run(String... arguments) {
    Flags.Result result = Flags.parse(arguments);
    return assertInstanceOf(Flags.Result.Run.class, result, result::toString).options();
  }

  static String assertRefused(String message, String... arguments) {
    var refusal = assertInstanceOf(Flags.Result.Refuse.class, Flags.parse(arguments));
    assertTrue(refusal.message().startsWith(message), refusal.message());
    return refusal.message();
  }
}
