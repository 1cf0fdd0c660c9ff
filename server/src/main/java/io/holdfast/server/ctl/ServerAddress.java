package io.holdfast.server.ctl;

import io.holdfast.server.gocompat.UrlPath;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The address of a server.
 *
 * @param root scheme, host, port and route prefix, without a slash at the end and without password
 * @param user from the URL; null if the URL has none
 * @param password from the URL; empty if the URL has none
 */
record ServerAddress(URI root, @Nullable String user, String password) {
  private static final int HIGHEST_PORT = 65_535;

  /**
   * Reads an address. Without a scheme it is {@code http}.
   *
   * @param origin the option or variable that has the text, for the message
   */
  static ServerAddress parse(String origin, String text) throws Failure {
    URI url;
    try {
      url = new URI(text.contains("://") ? text : "http://" + text);
    } catch (URISyntaxException e) {
      throw wrong(origin, text);
    }
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    boolean isPlain = url.getRawQuery() == null && url.getRawFragment() == null;
    if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null || !isPlain) {
      throw wrong(origin, text);
    }
    if (url.getPort() > HIGHEST_PORT || url.getPort() == 0) {
      throw Failure.usage(
          "%s: \"%s\" (expected: a port from 1 to %d)"
              .formatted(origin, withoutPassword(text), HIGHEST_PORT));
    }
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    String path = url.getRawPath() == null ? "" : url.getRawPath().replaceAll("/+$", "");
    String[] credentials =
        url.getRawUserInfo() == null ? new String[0] : url.getRawUserInfo().split(":", 2);
    return new ServerAddress(
        URI.create(scheme + "://" + url.getHost() + port + path),
        credentials.length == 0 ? null : decoded(credentials[0]),
        credentials.length < 2 ? "" : decoded(credentials[1]));
  }

  private static Failure wrong(String origin, String text) {
    return Failure.usage(
        "%s: \"%s\" (expected: a URL such as http://host:9091)"
            .formatted(origin, withoutPassword(text)));
  }

  private static String withoutPassword(String text) {
    return text.replaceFirst("(?<=://|^)[^/@]*@", "...@");
  }

  private static String decoded(String escaped) {
    String bytes = UrlPath.decode(escaped);
    return bytes == null
        ? URLDecoder.decode(escaped, StandardCharsets.UTF_8)
        : new String(UrlPath.bytes(bytes), StandardCharsets.UTF_8);
  }

  boolean isSecure() {
    return "https".equals(root.getScheme());
  }

  /** Returns the URI of a path below the prefix. */
  URI resolve(String path) {
    return URI.create(root + path);
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
