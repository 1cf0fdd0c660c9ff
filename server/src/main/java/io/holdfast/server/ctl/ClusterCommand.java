package io.holdfast.server.ctl;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** Shows the cluster, as one node sees it. */
@CommandLine.Command(
    name = "cluster",
    description =
        "Shows the members of the cluster, their lag and the quorum, as one node sees them.")
final class ClusterCommand implements Command {
  static final String PATH = "/api/v1/cluster";

  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  ClusterCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    boolean isJson = output.isJson();
    Map<String, Object> cluster = read(server.server(console));
    if (isJson) {
      Json.print(console.out(), cluster);
    } else {
      print(cluster);
    }
    console.out().flush();
    return ExitCodes.OK;
  }

  static Map<String, Object> read(Server at) throws Failure {
    Server.Answer answer = at.get(PATH);
    if (answer.status() == 404) {
      throw Failure.of(at.address() + " knows no cluster (expected: Holdfast)");
    }
    return Answers.content(at, "GET", PATH, answer);
  }

  private void print(Map<String, Object> cluster) throws IOException {
    Map<String, Object> node = Json.object(cluster, "node").orElse(Map.of());
    long size = Json.number(cluster, "size");
    String name = Json.text(node, "name").orElse("");
    String ready =
        Json.isTrue(node, "ready")
            ? "ready"
            : "not ready: " + Json.text(node, "reason").orElse("(reason unknown)");
    if (name.isEmpty()) {
      console.print(Table.printable("node: alone, in no cluster; " + ready));
      return;
    }
    console.print(Table.printable("node: " + name + ", " + ready));
    console.print(
        "quorum: %s, %d of %d nodes must confirm a change"
            .formatted(
                Json.isTrue(cluster, "has_quorum") ? "yes" : "no",
                Json.number(cluster, "write_quorum"),
                size));
    Optional<Map<String, Object>> copying = Json.object(cluster, "copying");
    if (copying.isPresent()) {
      console.print(
          Table.printable(
              "copying: from %s, %d of %d groups"
                  .formatted(
                      Json.text(copying.get(), "from").orElse(""),
                      Json.number(copying.get(), "copied"),
                      Json.number(copying.get(), "found"))));
    }
    List<Map<String, Object>> members = Json.objects(cluster, "members");
    Table table =
        new Table(
            console,
            "PEER",
            "STATE",
            "LAG",
            "BEHIND FOR",
            "CLOCK",
            "DIVERGENT",
            "ADDRESS",
            "REASON");
    for (Map<String, Object> member : members) {
      table.row(
          Json.text(member, "name").orElse(""),
          Json.text(member, "state").orElse(""),
          Json.number(member, "lag_changes") + " changes",
          String.format(Locale.ROOT, "%.1fs", Json.decimal(member, "lag_seconds").orElse(0.0)),
          Json.decimal(member, "clock_offset_seconds")
              .map(offset -> String.format(Locale.ROOT, "%+.3fs", offset))
              .orElse("unknown"),
          Long.toString(Json.number(member, "divergent_buckets")),
          Json.text(member, "address").orElse(""),
          Json.text(member, "reason").orElse(""));
    }
    table.end();
  }
}
