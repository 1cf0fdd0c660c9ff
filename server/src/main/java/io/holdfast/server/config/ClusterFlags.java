package io.holdfast.server.config;

import java.util.List;

/** The flags of a node in a cluster. */
final class ClusterFlags {
  /** The first constant. The other constants add themselves to it. */
  private static final Declarations DECLARED = new Declarations();

  static final Flag LISTEN_ADDRESS =
      DECLARED.add(
          Flag.value(
                  "cluster.listen-address",
                  "<address>",
                  "",
                  "Address for the other nodes: host:port or [ipv6]:port of this machine. Without"
                      + " the flag the node is alone.")
              .with(
                  "One address of this machine, or a name that stands for one, perhaps later; no"
                      + " wildcard. All flags below need this one."));

  static final Flag ADVERTISE_ADDRESS =
      DECLARED.add(
          Flag.value(
              "cluster.advertise-address",
              "<address>",
              "",
              "Address that the other nodes dial. Defaults to the listen address."));

  static final Flag PEER =
      DECLARED.add(
          Flag.list(
              "cluster.peer",
              "<address>",
              "",
              "Address of a node, this one or another: host:port or [ipv6]:port. A name may stand"
                  + " for several nodes. Repeatable."));

  static final Flag SIZE =
      DECLARED.add(
          Flag.value(
              "cluster.size",
              "<number>",
              "",
              "Nodes that the cluster is meant to have, equal on each node. Defaults to the number"
                  + " of distinct peers and this node; a name counts as one. Needed when peers are"
                  + " names and this node's address is not among them."));

  static final Flag WRITE_QUORUM =
      DECLARED.add(
          Flag.value(
                  "cluster.write-quorum",
                  "<number>",
                  "majority",
                  "Nodes that must have a change on the disk before the answer: majority, all or a"
                      + " number.")
              .with(
                  "`1` gives up the promise **consistent** for availability: a node is ready and"
                      + " takes pushes without any peer. Changes of both sides are merged when the"
                      + " nodes meet."));

  static final Flag NAME =
      DECLARED.add(
          Flag.value(
              "cluster.name",
              "<name>",
              "holdfast",
              "Name of the cluster; nodes of another name are refused. Clusters that share a secret"
                  + " need different names, or a wrong address makes them one."));

  static final Flag NODE_NAME =
      DECLARED.add(
          Flag.value(
              "cluster.node-name",
              "<name>",
              "",
              "Name of this node, different on each node. Defaults to the host name."));

  static final Flag SECRET_FILE =
      DECLARED.add(
          Flag.value(
                  "cluster.secret-file",
                  "<file>",
                  "",
                  "File with a secret of at least 16 bytes that every node of the cluster knows."
                      + " Needed where --cluster.listen-address is not loopback.")
              .with(
                  "Random bytes, as `head -c 32 /dev/urandom \\| base64` prints them. A file that"
                      + " others can read or change is refused. See [the cluster"
                      + " port](security.md#the-cluster-port)."));

  static final Flag INSECURE =
      DECLARED.add(
          Flag.toggle(
              "cluster.insecure",
              "Take part without a secret: every host that reaches the listen address can read, change"
                  + " and delete every group, and stop the node. For networks that only nodes are"
                  + " in."));

  static final Flag BOOTSTRAP =
      DECLARED.add(
          Flag.toggle(
              "cluster.bootstrap",
              "Take a new store for complete: for the first start of a cluster before all its nodes"
                  + " are up."));

  static final Flag LAG_GRACE =
      DECLARED.add(
          Flag.value(
              "cluster.lag-grace",
              "<duration>",
              "500ms",
              "How long an answer waits for a slow node when the write quorum has the change."));

  static final Flag READ_GRACE =
      DECLARED.add(
          Flag.value(
              "cluster.read-grace",
              "<duration>",
              "5s",
              "How long a node without a quorum refuses scrapes before the node serves the last"
                  + " known values."));

  static final Flag MAX_CLOCK_SKEW =
      DECLARED.add(
          Flag.value(
              "cluster.max-clock-skew",
              "<duration>",
              "60s",
              "A node whose clock is further off from a majority is unready and refuses changes."));

  static final Flag TOMBSTONE_RETENTION =
      DECLARED.add(
          Flag.value(
              "cluster.tombstone-retention",
              "<duration>",
              "7d",
              "How long deletes are remembered for nodes that are away."));

  static final List<Flag> ALL = DECLARED.all();

  private ClusterFlags() {}
}
