package io.holdfast.server.ctl;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Deletes every group. */
@CommandLine.Command(
    name = "wipe",
    description = "Deletes every group at once. Needs a server with --web.enable-admin-api.")
final class WipeCommand implements Command {
  private static final String PATH = "/api/v1/admin/wipe";

  private final Console console;

  @Mixin private final ServerOptions server = new ServerOptions();

  @Option(
      names = {"-y", "--yes"},
      description = "Delete without a question.")
  private boolean yes;

  WipeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, IOException {
    Server at = server.server(console);
    Consent.require(console, yes, "Delete every group at " + at.address());
    Server.Answer answer = at.send("PUT", PATH, BodyPublishers.noBody());
    if (answer.status() == 404) {
      throw Failure.of(at.address() + " has no admin API (expected: --web.enable-admin-api)");
    }
    if (!Server.isSuccess(answer.status())) {
      throw at.refused("PUT", PATH, answer.status(), answer.body());
    }
    console.print("deleted every group");
    console.out().flush();
    return ExitCodes.OK;
  }
}
