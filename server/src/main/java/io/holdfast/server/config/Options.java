package io.holdfast.server.config;

import io.holdfast.cluster.ClusterOptions;
import io.holdfast.proto.NameRule;
import io.holdfast.server.logging.Logging;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of the command line, complete and checked. Made by {@link OptionsReader} alone.
 *
 * @param shutdownDrain how long a stopping node reports itself unready before it stops serving
 * @param cluster null for a node that is alone
 * @param warnings about settings that are allowed but should change, for the log
 * @param effective flag name (without dashes) to value, for every flag, in the order of the help
 */
public record Options(
    Web web,
    Storage storage,
    Persistence persistence,
    Pushes pushes,
    Limits limits,
    Log log,
    Duration shutdownDrain,
    @Nullable ClusterOptions cluster,
    List<String> warnings,
    Map<String, String> effective) {

  /**
   * The options of the HTTP server.
   *
   * @param configFile for TLS and passwords; null if none is given
   * @param browsers the rules for pages in browsers
   */
  public record Web(
      Listening listening,
      Paths paths,
      Permissions permissions,
      @Nullable Path configFile,
      Browsers browsers) {}

  /**
   * The addresses that the server listens on.
   *
   * @param addresses at least one; not used with a socket of systemd
   */
  public record Listening(List<ListenAddress> addresses, boolean systemdSocket) {}

  /**
   * The paths under which clients reach the server.
   *
   * @param telemetry path of the scrape: begins with a slash; relative to the route prefix
   * @param externalUrl as given; empty if not given
   * @param externalPrefix the external URL's path: empty, or begins with a slash and does not end
   *     with one
   * @param routePrefix prefix of every route: empty, or begins with a slash and does not end with
   *     one
   */
  public record Paths(
      String telemetry, String externalUrl, String externalPrefix, String routePrefix) {

    /** Returns the prefix of the web page's links, as the browser sees them. */
    public String pagePrefix() {
      return externalUrl.isEmpty() ? routePrefix : externalPrefix;
    }
  }

  /**
   * The operations that clients may do beyond pushing and scraping.
   *
   * @param lifecycle end the process
   * @param adminApi delete every group
   * @param pageDeletes delete groups on the web page
   */
  public record Permissions(boolean lifecycle, boolean adminApi, boolean pageDeletes) {}

  /**
   * The sites and host names that browsers may use.
   *
   * @param allowedHosts names in lower case; {@code *.x} for all names below {@code x}, {@code *}
   *     for all names
   * @param corsOrigin a regular expression that matches a whole origin
   */
  public record Browsers(List<String> allowedHosts, String corsOrigin) {
    /** The default of {@code --web.cors.origin}. */
    public static final String EVERY_ORIGIN = ".*";
  }

  /**
   * The options of the store.
   *
   * @param path directory of the store; relative to the working directory unless absolute
   * @param choice of the path, for the log; null for a path of the command line
   */
  public record Storage(Path path, StoreHome.@Nullable Choice choice) {}

  /**
   * The options about a Pushgateway's persistence file.
   *
   * @param file a Pushgateway's, for a new store to import; null if none is given
   * @param interval accepted for existing command lines and never used, because every answer is
   *     durable
   * @param intervalGiven whether the command line has the interval; the log then says that it is
   *     unused
   */
  public record Persistence(@Nullable Path file, Duration interval, boolean intervalGiven) {}

  /**
   * The checks of pushes.
   *
   * @param areChecked whether pushes that conflict with the stored groups are refused
   * @param names the rule for metric and label names, in text and in paths
   */
  public record Pushes(boolean areChecked, NameRule names, Expiry expiry) {}

  /**
   * The times to live of pushes.
   *
   * @param ttl of a push that asks for none; 0 for never
   * @param maxTtl the longest that a push can ask for; 0 for no limit
   */
  public record Expiry(Duration ttl, Duration maxTtl) {
    /** The defaults: nothing expires unless a push asks for it. */
    public static final Expiry NONE = new Expiry(Duration.ZERO, Duration.ZERO);
  }

  public record Log(Logging.Level level, Logging.Format format) {}
}
