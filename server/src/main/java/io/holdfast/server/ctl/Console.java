package io.holdfast.server.ctl;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The surroundings of one run: streams, environment, terminal and clocks. Confined to one thread.
 */
final class Console {
  private final InputStream in;
  private final OutputStream out;
  private final PrintStream err;
  private final Surroundings surroundings;

  /**
   * The facts about the process.
   *
   * @param terminals the numbers of the standard streams that are terminals, such as {@code "02"}
   */
  record Surroundings(
      Map<String, String> environment, String terminals, InstantSource clock, LongSupplier nanos) {}

  Console(InputStream in, OutputStream out, PrintStream err, Surroundings surroundings) {
    this.in = in;
    this.out = new Guarded(out);
    this.err = err;
    this.surroundings = surroundings;
  }

  InputStream in() {
    return in;
  }

  /** Returns standard output. A failure to write is an {@link OutputClosedException}. */
  OutputStream out() {
    return out;
  }

  /** Writes a line to standard output. */
  void print(String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Returns standard error. */
  PrintStream err() {
    return err;
  }

  InstantSource clock() {
    return surroundings.clock;
  }

  LongSupplier nanos() {
    return surroundings.nanos;
  }

  /** Returns a variable of the environment; null if it is unset or empty. */
  @Nullable String variable(String name) {
    String value = surroundings.environment.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  boolean isInputATerminal() {
    return surroundings.terminals.contains("0");
  }

  boolean isErrorATerminal() {
    return surroundings.terminals.contains("2");
  }

  /** Marks failures of this stream, so that no command takes them for failures of its own. */
  private static final class Guarded extends FilterOutputStream {
    Guarded(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      try {
        out.write(b);
      } catch (IOException e) {
        throw new OutputClosedException(e);
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw new OutputClosedException(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        throw new OutputClosedException(e);
      }
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
