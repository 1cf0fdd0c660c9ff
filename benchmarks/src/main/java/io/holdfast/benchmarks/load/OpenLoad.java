package io.holdfast.benchmarks.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The program: runs one load, prints one line, and writes the ledger if the settings name one. */
final class OpenLoad {
  private OpenLoad() {}

  /** Runs the load that the arguments describe. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Settings settings = Settings.of(arguments);
    Requests requests = new Requests(settings);
    Outcomes outcomes = new Outcomes(settings.groups());
    Load load = new Load(settings, requests, outcomes);
    if (settings.endsWithInput()) {
      Thread input = new Thread(() -> stopAtEndOfInput(load), "input");
      input.setDaemon(true);
      input.start();
    }
    load.run();
    synchronized (load) {
      System.out.println(outcomes.result());
      if (!settings.ledger().isEmpty()) {
        write(settings, outcomes.acknowledged());
      }
    }
  }

  private static void stopAtEndOfInput(Load load) {
    try {
      while (System.in.read() >= 0) {
        // Whatever comes before the end means nothing.
      }
    } catch (IOException e) {
      // The other side is gone, which is an end as well.
    }
    load.stop();
  }

  /** Writes a line for each group with an acknowledged push: its number, the sequence number. */
  private static void write(Settings settings, long[] acknowledged) throws IOException {
    Path file = Path.of(settings.ledger());
    try (PrintWriter out =
        new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.US_ASCII))) {
      for (int i = 0; i < acknowledged.length; i++) {
        if (acknowledged[i] > 0) {
          out.println((settings.firstGroup() + i) + " " + acknowledged[i]);
        }
      }
    }
  }
}
