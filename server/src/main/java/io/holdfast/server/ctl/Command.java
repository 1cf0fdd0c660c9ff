package io.holdfast.server.ctl;

import java.io.IOException;
import java.util.concurrent.Callable;

/** A subcommand. */
interface Command extends Callable<Integer> {
  /** Runs the command, and returns its exit code. */
  @Override
  Integer call() throws Failure, IOException;
}
