package io.holdfast.server.config;

import static io.holdfast.server.config.ClusterArguments.assertRefused;
import static io.holdfast.server.config.ClusterArguments.cluster;
import static io.holdfast.server.config.ClusterArguments.members;
import static io.holdfast.server.config.ClusterArguments.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.cluster.replication.ReplicaOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumFlagsTest {
  @ParameterizedTest
  @CsvSource({
    // This node is among its peers, or not.
    "10.0.0.1:1, 10.0.0.1:1 10.0.0.2:1 10.0.0.3:1, 3",
    "10.0.0.1:1, 10.0.0.2:1 10.0.0.3:1, 3",
    "10.0.0.1:1, 10.0.0.1:1, 1",
    // A port makes another node, another notation does not.
    "localhost:1, 127.0.0.1:1 localhost:2 LOCALHOST:2 127.0.0.1:3, 3",
    "[fd00::1]:1, [FD00:0:0::1]:1 [::ffff:10.0.0.2]:1 10.0.0.2:1, 2",
    // Names count if the node finds its own among them.
    "gw-1:1, gw-1:1 gw-2:1 gw-3:1, 3",
    "gw-1:1, GW-1.:1 gw-2:1 10.0.0.3:1, 3",
  })
  void size_isThatOfDistinctPeersAndThisNode(String self, String peers, int size) {
    assertEquals(size, cluster(members(self, peers)).quorum().size());
  }

  @Test
  void size_countsTheAdvertisedAddress_notTheBoundOne() {
    String[] arguments = members("10.0.0.1:1", "gw-1:1 gw-2:1 gw-3:1");

    assertEquals(3, cluster(with(arguments, "--cluster.advertise-address=gw-1:1")).quorum().size());
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.1:1, gateways:1", "gw-1:1, 10.0.0.2:1", "10.0.0.1:1, gw-1:1 gw-2:1"})
  void size_ofNamesWithoutThisNode_mustBeGiven(String self, String peers) {
    String[] arguments = members(self, peers);

    assertRefused("--cluster.size: not given (expected: the number of nodes; a name", arguments);
    assertEquals(3, cluster(with(arguments, "--cluster.size=3")).quorum().size());
  }

  @Test
  void oneNode_needsNoPeer_ifItSaysSo() {
    assertEquals(
        new ReplicaOptions.Quorum(1, 1, false),
        cluster("--cluster.listen-address=gw-1:1", "--cluster.size=1", "--cluster.insecure")
            .quorum());
  }

  @ParameterizedTest
  @CsvSource({
    "1, majority, 1",
    "2, majority, 2",
    "3, majority, 2",
    "4, majority, 3",
    "5, majority, 3",
    "3, all, 3",
    "3, 1, 1",
    "3, 3, 3",
  })
  void writeQuorum_isOfTheSize(int size, String given, int expected) {
    String peers = size == 1 ? "10.0.0.1:1" : "10.0.0.1:1 10.0.0.2:1";

    assertEquals(
        expected,
        cluster(
                with(
                    members("10.0.0.1:1", peers),
                    "--cluster.size=" + size,
                    "--cluster.write-quorum=" + given))
            .quorum()
            .write());
  }

  @Test
  void noPeer_isRefused() {
    String listen = "--cluster.listen-address=10.0.0.1:1";

    assertRefused("--cluster.peer: not given (expected: host:port of every node; or", listen);
    assertRefused(
        "--cluster.peer: \"\" (expected: where others of the --cluster.size=3 nodes are)",
        listen,
        "--cluster.size=3");
    assertRefused(
        "--cluster.peer: \"10.0.0.1:1\" (expected: where others of the --cluster.size=3 nodes are)",
        listen,
        "--cluster.peer=10.0.0.1:1",
        "--cluster.size=3");
    assertRefused("--cluster.peer: \"\" (expected: host:port", listen, "--cluster.peer=");
  }

  @Test
  void sizeOfOne_withAnotherNode_isRefused() {
    assertRefused(
        "--cluster.size: \"1\" (expected: a number from 2 to",
        with(members("10.0.0.1:1", "gw-2:1"), "--cluster.size=1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--cluster.size=2 | --cluster.size: \"2\" (expected: a number from 3 to 9999; this node",
        "--cluster.size=1 | --cluster.size: \"1\" (expected: a number from 3",
        "--cluster.size=0 | --cluster.size: \"0\" (expected: a number from 3",
        "--cluster.size=10000 | --cluster.size: \"10000\" (expected: a number from 3",
        "--cluster.size=three | --cluster.size: \"three\" (expected: a number from 3",
        "--cluster.write-quorum=0 | --cluster.write-quorum: \"0\" (expected: majority, all or a",
        "--cluster.write-quorum=4 | --cluster.write-quorum: \"4\" (expected: majority, all or a"
            + " number from 1 to 3)",
        "--cluster.write-quorum=-1 | --cluster.write-quorum: \"-1\" (expected: majority, all or",
        "--cluster.write-quorum= | --cluster.write-quorum: \"\" (expected: majority, all or",
      })
  void bad_isRefusedWithTheReason(String argument, String message) {
    assertRefused(message, with(members("10.0.0.1:1", "10.0.0.2:1 10.0.0.3:1"), argument));
  }
}
