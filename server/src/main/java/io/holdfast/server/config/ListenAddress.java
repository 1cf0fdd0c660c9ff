package io.holdfast.server.config;

/**
 * An address to listen on.
 *
 * @param host a name or an IP address without brackets; empty for every address of the machine
 * @param port 0 to 65535; 0 lets the system choose
 */
public record ListenAddress(String host, int port) {
  /**
   * Reads {@code :9091}, {@code host:9091} or {@code [::1]:9091}.
   *
   * @throws IllegalArgumentException for anything else, with the offending text and the expected
   *     form
   */
  static ListenAddress parse(String text) {
    return parse(text, 0, ":port, host:port or [ipv6]:port");
  }

  /**
   * Reads an address as {@link #parse(String)} does, with a narrower range of ports. The caller
   * words the expected form.
   */
  static ListenAddress parse(String text, int lowestPort, String expected) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw invalid(text, expected);
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
      if (host.indexOf(':') < 0) {
        throw invalid(text, expected);
      }
    } else if (host.indexOf(':') >= 0) {
      throw invalid(text, expected);
    }
    boolean plain =
        host.chars().allMatch(c -> c > ' ' && c != '[' && c != ']' && c != '/' && c != '@');
    if (!plain) {
      throw invalid(text, expected);
    }
    return new ListenAddress(host, port(text, text.substring(colon + 1), lowestPort));
  }

  private static int port(String text, String port, int lowest) {
    boolean digits =
        !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
    int number = digits ? Integer.parseInt(port) : -1;
    if (number < lowest || number > 65535) {
      throw invalid(text, "a port from " + lowest + " to 65535");
    }
    return number;
  }

  private static IllegalArgumentException invalid(String text, String expected) {
    return new IllegalArgumentException("\"" + text + "\" (expected: " + expected + ")");
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
