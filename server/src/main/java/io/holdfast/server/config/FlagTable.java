package io.holdfast.server.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * Every flag but help and version, in the order of the help. This class declares the flags of any
 * node.
 */
public final class FlagTable {
  /** The first constant. The other constants add themselves to it. */
  private static final Declarations DECLARED = new Declarations();

  static final Flag LISTEN_ADDRESS =
      DECLARED.add(
          Flag.list(
              "web.listen-address",
              "<address>",
              ":9091",
              "Address to listen on: :port, host:port or [ipv6]:port. Repeatable."));

  public static final Flag CONFIG_FILE =
      DECLARED.add(
          Flag.value(
                  "web.config.file",
                  "<file>",
                  "",
                  "File that configures TLS, passwords, headers and a rate limit, in the format of"
                      + " Prometheus's exporters.")
              .with("See [TLS and passwords](security.md#tls-and-passwords)."));

  static final Flag TELEMETRY_PATH =
      DECLARED.add(
          Flag.value(
              "web.telemetry-path", "<path>", "/metrics", "Path under which to expose metrics."));

  public static final Flag EXTERNAL_URL =
      DECLARED.add(
          Flag.value(
              "web.external-url",
              "<url>",
              "",
              "URL under which clients reach this server, if a proxy stands before the server."));

  public static final Flag ROUTE_PREFIX =
      DECLARED.add(
          Flag.value(
              "web.route-prefix",
              "<path>",
              "",
              "Prefix of all routes. Defaults to the path of --web.external-url."));

  static final Flag ENABLE_LIFECYCLE =
      DECLARED.add(Flag.toggle("web.enable-lifecycle", "Let PUT or POST /-/quit stop the server."));

  static final Flag ENABLE_ADMIN_API =
      DECLARED.add(
          Flag.toggle(
              "web.enable-admin-api",
              "Let PUT /api/v1/admin/wipe, DELETE /api/v1/groups, and the web page, delete many"
                  + " groups or all; let /api/v1/admin/export and /api/v1/admin/import back up and"
                  + " restore all groups."));

  static final Flag READ_ONLY_PAGE =
      DECLARED.add(
          Flag.toggle(
              "web.read-only-page",
              "Refuse deletes on the web page. Pushes and the APIs stay as they are."));

  public static final Flag ALLOWED_HOST =
      DECLARED.add(
          Flag.list(
                  "web.allowed-host",
                  "<name>",
                  "",
                  "Host name under which browsers may reach this server, besides names that no"
                      + " stranger can own; *.example.org for all below, * for any. Repeatable.")
              .with("See [host names](security.md#host-names)."));

  static final Flag CORS_ORIGIN =
      DECLARED.add(
          Flag.value(
                  "web.cors.origin",
                  "<regex>",
                  Options.Browsers.EVERY_ORIGIN,
                  "Origins whose pages may read the API in a browser, as"
                      + " https?://(a|b)\\.example\\.org.")
              .with("The expression has Prometheus's form, and must match the whole origin."));

  public static final Flag SYSTEMD_SOCKET =
      DECLARED.add(
          Flag.toggle(
                  "web.systemd-socket",
                  "Listen on the socket that systemd hands over, instead of the addresses.")
              .with(
                  "One TCP socket: [config/holdfast.socket](../config/holdfast.socket),"
                      + " [config/holdfast.service](../config/holdfast.service)."));

  static final Flag STORAGE_PATH =
      DECLARED.add(
          Flag.value(
                  "storage.path",
                  "<directory>",
                  "data/",
                  "Directory of the store. Created if the directory does not exist.")
              .with(
                  "The image's default is `/data/holdfast` where a writable volume is mounted at"
                      + " `/data`: see [container](installing.md#as-a-container)."
                      + " One process uses a store at a time. For a name beyond ASCII, `java -jar` needs a"
                      + " locale in UTF-8, such as `LC_ALL=C.UTF-8`; `scripts/holdfast` sets the"
                      + " locale."));

  static final Flag PERSISTENCE_FILE =
      DECLARED.add(
          Flag.value(
                  "persistence.file",
                  "<file>",
                  "",
                  "Persistence file of a Pushgateway. A new store imports the file's groups, once.")
              .with("See [migration](migration.md#from-its-file)."));

  public static final Flag PERSISTENCE_INTERVAL =
      DECLARED.add(
          Flag.value(
              "persistence.interval",
              "<duration>",
              "5m",
              "Accepted and without effect: every answered push is on the disk already."));

  static final Flag DISABLE_CONSISTENCY_CHECK =
      DECLARED.add(
          Flag.toggle(
                  "push.disable-consistency-check",
                  "Accept pushes that conflict with others; conflicting series are kept but not"
                      + " exposed.")
              .with("Pushes are answered with 202."));

  static final Flag ENABLE_UTF8_NAMES =
      DECLARED.add(
          Flag.toggle("push.enable-utf8-names", "Allow UTF-8 in metric and label names.")
              .with(
                  "Quoted in text (`{\"disk.used\", \"host.name\"=\"a\"} 1`), escaped in paths"
                      + " (`/metrics/job/x/U__host_2e_name/a`)."));

  static final Flag MAX_TTL =
      DECLARED.add(
          Flag.value(
                  "push.max-ttl",
                  "<duration>",
                  "0",
                  "Longest time to live that a push can ask for; 0 for no limit.")
              .with("A push that asks for more is refused."));

  static final Flag TTL =
      DECLARED.add(
          Flag.value(
                  "push.ttl",
                  "<duration>",
                  "0",
                  "Time after its last push at which a group expires, unless the push asks for"
                      + " another; 0 for never.")
              .with("See [expiry](http-api.md#expiry)."));

  static final Flag SHUTDOWN_DRAIN =
      DECLARED.add(
          Flag.value(
              "shutdown.drain",
              "<duration>",
              "0s",
              "How long to report unready on SIGTERM before requests are no longer served."));

  public static final Flag LOG_LEVEL =
      DECLARED.add(
          Flag.value(
              "log.level",
              "<level>",
              "info",
              "Log messages of this level and above: debug, info, warn or error."));

  static final Flag LOG_FORMAT =
      DECLARED.add(
          Flag.value("log.format", "<format>", "logfmt", "Form of log messages: logfmt or json."));

  static final List<Flag> ONE_NODE = DECLARED.all();

  static final List<Flag> ALL =
      Stream.of(ONE_NODE, LimitFlags.ALL, ClusterFlags.ALL).flatMap(List::stream).toList();

  private FlagTable() {}
}
