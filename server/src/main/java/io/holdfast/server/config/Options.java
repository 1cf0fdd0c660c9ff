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
 * What the command line asks for, complete and checked. Made by {@link OptionsReader} alone.
 *
 * @param shutdownDrain how long a stopping node reports itself unready before it stops serving
 * @param cluster null for a node that is alone
 * @param warnings for the log: what is allowed but should not stay so
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
   * The HTTP server.
   *
   * @param configFile for TLS and passwords; null if none is given
   * @param browsers what pages in browsers may do
   */
  public record Web(
      Listening listening,
      Paths paths,
      Permissions permissions,
      @Nullable Path configFile,
      Browsers browsers) {}

  /**
   * Where the server listens.
   *
   * @param addresses at least one; not listened on with a socket of systemd's
   */
  public record Listening(List<ListenAddress> addresses, boolean systemdSocket) {}

  /**
   * Under which paths it is reached.
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

    /**
     * Returns the prefix of the addresses that the web page refers to, as the browser sees them.
     */
    public String pagePrefix() {
      return externalUrl.isEmpty() ? routePrefix : externalPrefix;
    }
  }

  /**
   * What clients may do beyond pushing and scraping.
   *
   * @param lifecycle end the process
   * @param adminApi delete every group
   * @param pageDeletes delete groups on the web page
   */
  public record Permissions(boolean lifecycle, boolean adminApi, boolean pageDeletes) {}

  /**
   * Which sites and host names browsers may use.
   *
   * @param allowedHosts names in lower case; all names below one are {@code *.x}, all names {@code
   *     *}
   * @param corsOrigin a regular expression that matches a whole origin
   */
  public record Browsers(List<String> allowedHosts, String corsOrigin) {
    /** The default of {@code --web.cors.origin}. */
    public static final String EVERY_ORIGIN = ".*";
  }

  /**
   * The store.
   *
   * @param path directory of the store; relative to the working directory unless absolute
   */
  public record Storage(Path path) {}

  /**
   * What a Pushgateway has on the disk.
   *
   * @param file a Pushgateway's, for a new store to import; null if none is given
   * @param interval accepted for the sake of existing command lines and never used: every answer is
   *     durable already
   * @param intervalGiven whether the command line names it, which is worth a word in the log
   */
  public record Persistence(@Nullable Path file, Duration interval, boolean intervalGiven) {}

  /**
   * How pushes are checked.
   *
   * @param areChecked whether pushes that conflict with what is stored are refused
   * @param names what metric and label names may consist of, in text and in paths
   */
  public record Pushes(boolean areChecked, NameRule names) {}

  public record Log(Logging.Level level, Logging.Format format) {}
}
