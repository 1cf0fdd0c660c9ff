package io.holdfast.server.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A machine of its own for each node, as far as the network is concerned. Every namespace has two
 * interfaces: {@code clients}, a network that this machine is in too, and {@code nodes}, where the
 * nodes talk among themselves. A node whose cable to the latter is pulled sees silence: nothing
 * refuses a connection, nothing says that a route is gone; clients still reach it.
 *
 * <p>Needs the rights of root. Names hold the process id of the test, so that runs do not meet, and
 * what a killed run has left is found and removed by the next.
 */
final class Namespaces {
  private static final String PREFIX = "hfit";
  private static final int HTTP_PORT = 9091;
  private static final int NODES_PORT = 9092;
  private static final int FREE_SUBNET_ATTEMPTS = 50;

  private static int made;

  private final String id;
  private final int count;
  private final int subnet;

  Namespaces(int count) throws SocketException {
    this.id = PREFIX + ProcessHandle.current().pid() + nextLetter();
    this.count = count;
    this.subnet = freeSubnet();
  }

  private static synchronized char nextLetter() {
    return (char) ('a' + made++ % 26);
  }

  /** 198.18.0.0/15 is for tests of networks: no real one has it. */
  private static int freeSubnet() throws SocketException {
    for (int i = 0; i < FREE_SUBNET_ATTEMPTS; i++) {
      int candidate = ThreadLocalRandom.current().nextInt(1, 255);
      if (isFree("198.18." + candidate + ".")) {
        return candidate;
      }
    }
    throw new AssertionError("no free network in 198.18.0.0/16");
  }

  private static boolean isFree(String prefix) throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .map(InetAddress::getHostAddress)
        .noneMatch(address -> address.startsWith(prefix));
  }

  void create() throws IOException {
    removeLeftovers();
    List<String> commands = new ArrayList<>();
    commands.add("ip link add " + bridge("c") + " type bridge");
    commands.add("ip link add " + bridge("n") + " type bridge");
    commands.add("ip addr add 198.18." + subnet + ".254/24 dev " + bridge("c"));
    commands.add("ip link set " + bridge("c") + " up");
    commands.add("ip link set " + bridge("n") + " up");
    for (int node = 1; node <= count; node++) {
      commands.add("ip netns add " + name(node));
      commands.add("ip -n " + name(node) + " link set lo up");
      plug(commands, node, "c", "clients", "198.18.");
      plug(commands, node, "n", "nodes", "198.19.");
    }
    shell(commands);
  }

  private void plug(List<String> commands, int node, String kind, String inside, String network) {
    String cable = cable(kind, node);
    commands.add(
        "ip link add " + cable + " type veth peer name " + inside + " netns " + name(node));
    commands.add("ip link set " + cable + " master " + bridge(kind) + " up");
    String address = network + subnet + "." + node + "/24";
    commands.add("ip -n " + name(node) + " addr add " + address + " dev " + inside);
    commands.add("ip -n " + name(node) + " link set " + inside + " up");
  }

  /** Where clients, on this machine, reach the node. */
  InetSocketAddress http(int node) {
    return new InetSocketAddress("198.18." + subnet + "." + node, HTTP_PORT);
  }

  /** Where the other nodes reach it, as a flag says it. */
  String forNodes(int node) {
    return "198.19." + subnet + "." + node + ":" + NODES_PORT;
  }

  /** The host part of where the other nodes reach it now, for {@link #move}. */
  String addressForNodes(int host) {
    return "198.19." + subnet + "." + host;
  }

  /**
   * Gives the node another address in the network of the nodes. What is sent to the one before is
   * lost without a word, as where a machine has gone.
   *
   * @param to a host part that no node has had
   */
  void move(int node, int from, int to) throws IOException {
    List<String> commands = new ArrayList<>();
    commands.add("ip -n " + name(node) + " addr flush dev nodes");
    commands.add("ip -n " + name(node) + " addr add " + addressForNodes(to) + "/24 dev nodes");
    for (int each = 1; each <= count; each++) {
      commands.add(
          "ip -n "
              + name(each)
              + " neigh replace "
              + addressForNodes(from)
              + " lladdr 02:00:00:00:00:01 dev nodes nud permanent");
    }
    shell(commands);
  }

  /** What comes before a command that is to run on the node's side. */
  List<String> prefix(int node) {
    return List.of("ip", "netns", "exec", name(node));
  }

  /** Pulls the node's cable to the other nodes. */
  void pull(int node) throws IOException {
    shell(List.of("ip link set " + cable("n", node) + " nomaster"));
  }

  /** Plugs it in again. */
  void plugIn(int node) throws IOException {
    shell(List.of("ip link set " + cable("n", node) + " master " + bridge("n")));
  }

  /** Pulls or plugs in the cable to the clients. */
  void setReachable(int node, boolean isReachable) throws IOException {
    String to = isReachable ? " master " + bridge("c") : " nomaster";
    shell(List.of("ip link set " + cable("c", node) + to));
  }

  /** Removes whatever is there, in whatever state. */
  void remove() {
    try {
      remove(id);
    } catch (IOException e) {
      throw new AssertionError("network namespaces are left behind: " + id, e);
    }
  }

  private static void remove(String id) throws IOException {
    run(
        "ip netns list | awk '{print $1}' | grep '^"
            + id
            + "' | while read -r each; do ip netns del \"$each\"; done;"
            + "ip -o link show | awk -F': |@' '{print $2}' | grep '^"
            + id
            + "' | while read -r each; do ip link del \"$each\" 2>/dev/null; done; true");
  }

  /** A run that was killed removes nothing. */
  private static void removeLeftovers() throws IOException {
    String found = run("ip -o link show | grep -o '" + PREFIX + "[0-9]*[a-z]c:' || true");
    for (String each : found.lines().toList()) {
      String id = each.substring(0, each.length() - 2);
      String pid = id.substring(PREFIX.length(), id.length() - 1);
      if (ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
        remove(id);
      }
    }
  }

  private String name(int node) {
    return id + node;
  }

  private String bridge(String kind) {
    return id + kind;
  }

  /** The end of the cable that is on this machine; 15 characters at most. */
  private String cable(String kind, int node) {
    return String.format(Locale.ROOT, "%s%s%d", id, kind, node);
  }

  private static void shell(List<String> commands) throws IOException {
    run(String.join(" && ", commands));
  }

  private static String run(String script) throws IOException {
    Process process = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new AssertionError(
            script
                + "\n"
                + output
                + "(tests of clusters put each node into a network namespace: run as root, with"
                + " Debian's iproute2)");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(script, e);
    }
    return output;
  }
}
