package io.holdfast.server.config;

import io.holdfast.server.config.Flag.Kind;
import java.util.List;

/** The flags of a node that is one of several. */
final class ClusterFlags {
  static final String LISTEN_ADDRESS = "cluster.listen-address";
  static final String ADVERTISE_ADDRESS = "cluster.advertise-address";
  static final String PEER = "cluster.peer";
  static final String SIZE = "cluster.size";
  static final String WRITE_QUORUM = "cluster.write-quorum";
  static final String NAME = "cluster.name";
  static final String NODE_NAME = "cluster.node-name";
  static final String SECRET_FILE = "cluster.secret-file";
  static final String INSECURE = "cluster.insecure";
  static final String BOOTSTRAP = "cluster.bootstrap";
  static final String LAG_GRACE = "cluster.lag-grace";
  static final String READ_GRACE = "cluster.read-grace";
  static final String MAX_CLOCK_SKEW = "cluster.max-clock-skew";
  static final String TOMBSTONE_RETENTION = "cluster.tombstone-retention";

  static final List<Flag> ALL =
      List.of(
          new Flag(
              LISTEN_ADDRESS,
              Kind.VALUE,
              "<address>",
              "",
              "Address for the other nodes: host:port or [ipv6]:port of this machine. Without it"
                  + " the node is alone."),
          new Flag(
              ADVERTISE_ADDRESS,
              Kind.VALUE,
              "<address>",
              "",
              "Address that the other nodes dial. The listen address by default."),
          new Flag(
              PEER,
              Kind.LIST,
              "<address>",
              "",
              "Where nodes are, this one or not: host:port or [ipv6]:port. A name may stand for"
                  + " several. Repeatable."),
          new Flag(
              SIZE,
              Kind.VALUE,
              "<number>",
              "",
              "Nodes that the cluster is meant to have, the same on each. Defaults to the number of"
                  + " distinct peers and this node; a name counts as one. Needed when peers are"
                  + " names and this node's address is not among them."),
          new Flag(
              WRITE_QUORUM,
              Kind.VALUE,
              "<number>",
              "majority",
              "Nodes that must have a change on the disk before the answer: majority, all or a"
                  + " number."),
          new Flag(
              NAME,
              Kind.VALUE,
              "<name>",
              "holdfast",
              "Nodes of a cluster with another name are not talked to. Clusters that share a secret need"
                  + " different names, or they become one as soon as an address is wrong."),
          new Flag(
              NODE_NAME,
              Kind.VALUE,
              "<name>",
              "",
              "Name of this node, unlike that of any other. Defaults to the host name."),
          new Flag(
              SECRET_FILE,
              Kind.VALUE,
              "<file>",
              "",
              "File with a secret of at least 16 bytes that every node of the cluster knows. Needed"
                  + " where --cluster.listen-address is not loopback."),
          new Flag(
              INSECURE,
              Kind.SWITCH,
              "",
              "false",
              "Take part without a secret: everybody who reaches the listen address can read, change"
                  + " and delete every group, and stop the node. For networks that only nodes are in."),
          new Flag(
              BOOTSTRAP,
              Kind.SWITCH,
              "",
              "false",
              "Take a new store for complete: for the first start of a cluster before all its nodes"
                  + " are up."),
          new Flag(
              LAG_GRACE,
              Kind.VALUE,
              "<duration>",
              "500ms",
              "How long an answer waits for a slow node when the write quorum has the change."),
          new Flag(
              READ_GRACE,
              Kind.VALUE,
              "<duration>",
              "5s",
              "How long a node without a quorum refuses scrapes before it serves what it has."),
          new Flag(
              MAX_CLOCK_SKEW,
              Kind.VALUE,
              "<duration>",
              "60s",
              "A node whose clock is further off from a majority is unready and refuses changes."),
          new Flag(
              TOMBSTONE_RETENTION,
              Kind.VALUE,
              "<duration>",
              "7d",
              "How long deletes are remembered for nodes that are away."));

  private ClusterFlags() {}
}
