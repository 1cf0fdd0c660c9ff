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
 * The command line as it was given. Java decodes the command line by the locale. A container's
 * locale knows ASCII alone, so a name in another script would become question marks.
 */
public final class Arguments {
  private static final Path RAW = Path.of("/proc/self/cmdline");
  private static final char UNKNOWN = '\uFFFD';

  private Arguments() {}

  /**
   * Returns the arguments of this process. Arguments that the locale could not decode are decoded
   * as UTF-8.
   */
  public static String[] given(String[] decoded) {
    if (Arrays.stream(decoded).allMatch(argument -> argument.indexOf(UNKNOWN) < 0)) {
      return decoded;
    }
    try {
      return restored(decoded, Files.readAllBytes(RAW));
    } catch (IOException e) {
      // This system is not Linux.
      return decoded;
    }
  }

  /**
   * Returns the arguments, decoded as UTF-8 from the raw command line.
   *
   * @param raw the whole command line, with a zero after each part
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
