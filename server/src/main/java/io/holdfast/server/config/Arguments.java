package io.holdfast.server.config;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command line as it was given. Java decodes it by the locale, and the locale of a container
 * knows ASCII alone: a name in any other script would be a row of question marks.
 */
public final class Arguments {
  private static final Path RAW = Path.of("/proc/self/cmdline");
  private static final char UNKNOWN = '\uFFFD';

  private Arguments() {}

  /** The arguments of this process, decoded as UTF-8 where the locale could not. */
  public static String[] given(String[] decoded) {
    if (Arrays.stream(decoded).allMatch(argument -> argument.indexOf(UNKNOWN) < 0)) {
      return decoded;
    }
    try {
      return restored(decoded, Files.readAllBytes(RAW));
    } catch (IOException e) {
      // No Linux.
      return decoded;
    }
  }

  /**
   * @param raw the whole command line, each part with a zero behind it
   */
  static String[] restored(String[] decoded, byte[] raw) {
    List<byte[]> parts = parts(raw);
    if (parts.size() < decoded.length) {
      return decoded;
    }
    List<byte[]> last = parts.subList(parts.size() - decoded.length, parts.size());
    String[] restored = new String[decoded.length];
    for (int i = 0; i < decoded.length; i++) {
      if (!new String(last.get(i), US_ASCII).equals(decoded[i])) {
        return decoded;
      }
      restored[i] = new String(last.get(i), UTF_8);
    }
    return restored;
  }

  private static List<byte[]> parts(byte[] raw) {
    List<byte[]> parts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == 0) {
        parts.add(Arrays.copyOfRange(raw, start, i));
        start = i + 1;
      }
    }
    return parts;
  }
}
