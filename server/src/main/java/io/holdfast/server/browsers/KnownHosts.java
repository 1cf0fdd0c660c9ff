package io.holdfast.server.browsers;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells host names that may be this server's from names that a stranger can own.
 *
 * <p>With DNS rebinding a page is loaded from a name in its author's zone, and the author then
 * points that name at an address inside. The browser takes page and server for one site. So every
 * name is safe that is no name of a public zone: addresses, names without a dot, and names under
 * the top-level domains that are kept out of the public DNS. Names below a search domain of this
 * machine belong to its owner. That leaves few services whose users must say a name by flag.
 *
 * <p>Immutable; any threads may use it.
 */
public final class KnownHosts {
  /**
   * Never delegated: RFC 6761, 6762 and 8375, ICANN's {@code internal}, the names that ICANN
   * refuses because private networks use them, and {@code svc} of Kubernetes.
   */
  private static final Set<String> PRIVATE_DOMAINS =
      Set.of("localhost", "local", "internal", "home.arpa", "corp", "home", "lan", "svc");

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private static final String EVERY_NAME = "*";
  private static final String EVERY_NAME_BELOW = "*.";

  private final Set<String> names = new HashSet<>();
  private final Set<String> domains = new HashSet<>(PRIVATE_DOMAINS);

  /**
   * @param allowed names in lower case; all names below one are {@code *.x}, all names {@code *}
   * @param externalUrl empty, or where clients reach this server through a proxy
   * @param own names and search domains of this machine, the latter with {@code *.} in front
   */
  public KnownHosts(List<String> allowed, String externalUrl, List<String> own) {
    Stream.of(allowed, own).flatMap(List::stream).forEach(this::add);
    if (!externalUrl.isEmpty()) {
      String host = URI.create(externalUrl).getHost();
      if (host != null) {
        add(host.toLowerCase(Locale.ROOT));
      }
    }
  }

  private void add(String name) {
    if (name.startsWith(EVERY_NAME_BELOW)) {
      domains.add(name.substring(EVERY_NAME_BELOW.length()));
    } else {
      names.add(name);
    }
  }

  /**
   * The names of this machine, from the kernel's and the resolver's configuration. Asks no name
   * server: that could take seconds, and an answer of the public DNS proves nothing. A file that
   * does not exist tells nothing; names can be given by flag.
   *
   * @param hostName the file that holds the host name
   * @param resolver the file that says where names are looked up
   */
  public static List<String> ofThisMachine(Path hostName, Path resolver) {
    List<String> own = new ArrayList<>();
    lines(hostName).map(KnownHosts::withoutRoot).forEach(own::add);
    lines(resolver)
        .map(BLANKS::split)
        .filter(words -> words[0].equals("search") || words[0].equals("domain"))
        .flatMap(words -> Stream.of(words).skip(1))
        .map(KnownHosts::withoutRoot)
        // A whole top-level domain is nobody's own.
        .filter(domain -> domain.indexOf('.') > 0)
        .forEach(domain -> own.add(EVERY_NAME_BELOW + domain));
    return own;
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty());
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  /**
   * Whether no stranger can own the name.
   *
   * @param authority of a request: host and port; null if the request has none
   */
  boolean isKnown(@Nullable String authority) {
    // Browsers always send one.
    if (authority == null || authority.isEmpty()) {
      return true;
    }
    String host = host(authority);
    if (host.startsWith("[") || IPV4.matcher(host).matches() || host.indexOf('.') < 0) {
      return true;
    }
    return names.contains(EVERY_NAME) || names.contains(host) || isBelowKnown(host);
  }

  private boolean isBelowKnown(String host) {
    for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      if (domains.contains(host.substring(dot + 1))) {
        return true;
      }
    }
    return false;
  }

  /** Without the port, in lower case. */
  static String host(String authority) {
    int colon = authority.lastIndexOf(':');
    boolean hasPort = colon >= 0 && colon > authority.lastIndexOf(']');
    return withoutRoot(hasPort ? authority.substring(0, colon) : authority);
  }

  private static String withoutRoot(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
