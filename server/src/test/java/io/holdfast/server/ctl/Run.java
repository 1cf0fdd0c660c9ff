package io.holdfast.server.ctl;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** A run of the tool in this process. */
record Run(int exitCode, String out, String err) {

  /** The circumstances of runs; each method returns others. */
  record Setting(String input, String terminals, Map<String, String> environment) {
    Setting input(String text) {
      return new Setting(text, terminals, environment);
    }

    Setting terminals(String numbers) {
      return new Setting(input, numbers, environment);
    }

    Setting variable(String name, String value) {
      Map<String, String> more = new HashMap<>(environment);
      more.put(name, value);
      return new Setting(input, terminals, more);
    }

    Run run(String... arguments) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code = runInto(out, err, arguments);
      return new Run(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    int runInto(OutputStream out, OutputStream err, String... arguments) {
      Console console =
          new Console(
              new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
              out,
              new PrintStream(err, true, StandardCharsets.UTF_8),
              new Console.Surroundings(
                  environment, terminals, Clock.systemUTC(), System::nanoTime));
      return new Holdfastctl(console).run(arguments);
    }
  }

  /** Without a terminal, and with a server only in the environment. */
  static Setting against(String url) {
    return new Setting("", "", Map.of("HOLDFAST_URL", url));
  }

  static Setting offline() {
    return new Setting("", "", Map.of());
  }

  /** Returns standard output as JSON. */
  Object json() throws IOException {
    try (var parser = new JsonFactory().createParser(out)) {
      parser.nextToken();
      return Json.read(parser);
    }
  }
}
