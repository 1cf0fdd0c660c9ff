package io.holdfast.server.ctl;

import picocli.CommandLine;

/** The commands on the directory of a store. */
@CommandLine.Command(
    name = "store",
    description = "Reads the store of a node that does not run, and changes nothing.")
final class StoreCommand implements Command {
  @Override
  public Integer call() throws Failure {
    throw Failure.usage("store: no command (expected: check or dump)");
  }
}
