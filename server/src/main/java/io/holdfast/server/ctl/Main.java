package io.holdfast.server.ctl;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

/** The process of {@code holdfastctl}. {@code bin/holdfastctl} starts it. */
public final class Main {
  /** The property with the numbers of the standard streams that are terminals. */
  private static final String TERMINALS = "holdfastctl.terminals";

  private Main() {}

  public static void main(String[] args) {
    Console console =
        new Console(
            new BufferedInputStream(System.in),
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
            new Console.Surroundings(
                System.getenv(),
                System.getProperty(TERMINALS, ""),
                Clock.systemUTC(),
                System::nanoTime));
    int code = new Holdfastctl(console).run(args);
    // Halts, because idle threads of the HTTP client would delay the end.
    Runtime.getRuntime().halt(code);
  }
}
