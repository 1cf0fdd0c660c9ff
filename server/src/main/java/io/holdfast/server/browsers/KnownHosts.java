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
 * The rule that tells host names of this server from names that a stranger can own.
 *
 * <p>DNS rebinding works in two steps. A browser loads a page from a name in its author's zone. The
 * author then points that name at an internal address. The browser now takes page and server for
 * one site.
 *
 * <p>So a name outside every public zone is safe. Such names are addresses, names without a dot,
 * and names under the top-level domains that the public DNS excludes. Names below a search domain
 * of this machine belong to the machine's owner. Few services remain whose operators need a flag
 * for their name.
 *
 * <p>Immutable; any thread may use it.
 */
public final class KnownHosts {
  /**
   * The domains that are never delegated. These are the domains of RFC 6761, 6762 and 8375, ICANN's
   * {@code internal}, and {@code svc} of Kubernetes. ICANN refuses the others because private
   * networks use them.
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
   * Creates the rule.
   *
   * @param allowed names in lower case; {@code *.x} for all names below {@code x}, {@code *} for
   *     all names
   * @param externalUrl the address of this server for clients behind a proxy, or empty
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
   * Returns the names of this machine, from the configuration of the kernel and the resolver. Asks
   * no name server: a name server can take seconds, and an answer of the public DNS proves nothing.
   * A missing file counts as empty, and a flag can add names.
   *
   * @param hostName the file that holds the host name
   * @param resolver the configuration of the resolver
   */
  public static List<String> ofThisMachine(Path hostName, Path resolver) {
    List<String> own = new ArrayList<>();
    lines(hostName).map(KnownHosts::withoutRoot).forEach(own::add);
    lines(resolver)
        .map(BLANKS::split)
        .filter(words -> words[0].equals("search") || words[0].equals("domain"))
        .flatMap(words -> Stream.of(words).skip(1))
        .map(KnownHosts::withoutRoot)
        // A search domain without a dot would allow a whole top-level domain.
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
   * Returns whether no stranger can own the name.
   *
   * @param authority of a request: host and port; null if the request has none
   */
  boolean isKnown(@Nullable String authority) {
    // Every browser sends a host.
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

  /** Returns the host without the port, in lower case. */
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
