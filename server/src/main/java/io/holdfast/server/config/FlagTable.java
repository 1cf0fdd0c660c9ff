package io.holdfast.server.config;

import io.holdfast.server.config.Flag.Kind;
import java.util.List;
import java.util.stream.Stream;

/** Every flag but help and version, in the order of the help. */
public final class FlagTable {
  static final String LISTEN_ADDRESS = "web.listen-address";
  public static final String CONFIG_FILE = "web.config.file";
  static final String TELEMETRY_PATH = "web.telemetry-path";
  public static final String EXTERNAL_URL = "web.external-url";
  public static final String ROUTE_PREFIX = "web.route-prefix";
  static final String ENABLE_LIFECYCLE = "web.enable-lifecycle";
  static final String ENABLE_ADMIN_API = "web.enable-admin-api";
  public static final String ALLOWED_HOST = "web.allowed-host";
  static final String CORS_ORIGIN = "web.cors.origin";
  static final String READ_ONLY_PAGE = "web.read-only-page";
  static final String PERSISTENCE_FILE = "persistence.file";
  public static final String SYSTEMD_SOCKET = "web.systemd-socket";
  public static final String PERSISTENCE_INTERVAL = "persistence.interval";
  static final String DISABLE_CONSISTENCY_CHECK = "push.disable-consistency-check";
  static final String ENABLE_UTF8_NAMES = "push.enable-utf8-names";
  static final String STORAGE_PATH = "storage.path";
  static final String SHUTDOWN_DRAIN = "shutdown.drain";
  public static final String LOG_LEVEL = "log.level";
  static final String LOG_FORMAT = "log.format";

  private static final List<Flag> ONE_NODE =
      List.of(
          new Flag(
              LISTEN_ADDRESS,
              Kind.LIST,
              "<address>",
              ":9091",
              "Address to listen on: :port, host:port or [ipv6]:port. Repeatable."),
          new Flag(
              CONFIG_FILE,
              Kind.VALUE,
              "<file>",
              "",
              "File that configures TLS and authentication, as Prometheus's exporters have it."),
          new Flag(
              TELEMETRY_PATH,
              Kind.VALUE,
              "<path>",
              "/metrics",
              "Path under which to expose metrics."),
          new Flag(
              EXTERNAL_URL,
              Kind.VALUE,
              "<url>",
              "",
              "URL under which clients reach this server, if a proxy stands before it."),
          new Flag(
              ROUTE_PREFIX,
              Kind.VALUE,
              "<path>",
              "",
              "Prefix of all routes. Defaults to the path of --web.external-url."),
          new Flag(
              ENABLE_LIFECYCLE,
              Kind.SWITCH,
              "",
              "false",
              "Let PUT or POST /-/quit stop the server."),
          new Flag(
              ENABLE_ADMIN_API,
              Kind.SWITCH,
              "",
              "false",
              "Let PUT /api/v1/admin/wipe, and the web page, delete every group."),
          new Flag(
              READ_ONLY_PAGE,
              Kind.SWITCH,
              "",
              "false",
              "Let nobody delete on the web page. Pushes and the APIs stay as they are."),
          new Flag(
              ALLOWED_HOST,
              Kind.LIST,
              "<name>",
              "",
              "Host name under which browsers may reach this server, besides those that no stranger"
                  + " can own; *.example.org for all below, * for any. Repeatable."),
          new Flag(
              CORS_ORIGIN,
              Kind.VALUE,
              "<regex>",
              Options.Browsers.EVERY_ORIGIN,
              "Origins whose pages may read the API in a browser, as https?://(a|b)\\.example\\.org."),
          new Flag(
              SYSTEMD_SOCKET,
              Kind.SWITCH,
              "",
              "false",
              "Listen on the socket that systemd hands over, instead of the addresses."),
          new Flag(
              STORAGE_PATH,
              Kind.VALUE,
              "<directory>",
              "data/",
              "Directory of the store. Created if it does not exist."),
          new Flag(
              PERSISTENCE_FILE,
              Kind.VALUE,
              "<file>",
              "",
              "A Pushgateway's persistence file: a new store takes its groups over, once."),
          new Flag(
              PERSISTENCE_INTERVAL,
              Kind.VALUE,
              "<duration>",
              "5m",
              "Accepted and without effect: every answered push is on the disk already."),
          new Flag(
              DISABLE_CONSISTENCY_CHECK,
              Kind.SWITCH,
              "",
              "false",
              "Take pushes that conflict with others; what conflicts is kept but not exposed."),
          new Flag(
              ENABLE_UTF8_NAMES,
              Kind.SWITCH,
              "",
              "false",
              "Allow UTF-8 in metric and label names."),
          new Flag(
              SHUTDOWN_DRAIN,
              Kind.VALUE,
              "<duration>",
              "0s",
              "How long to report unready on SIGTERM before requests are no longer served."),
          new Flag(
              LOG_LEVEL,
              Kind.VALUE,
              "<level>",
              "info",
              "Log messages of this level and above: debug, info, warn or error."),
          new Flag(
              LOG_FORMAT,
              Kind.VALUE,
              "<format>",
              "logfmt",
              "Form of log messages: logfmt or json."));

  static final List<Flag> ALL =
      Stream.of(ONE_NODE, LimitFlags.ALL, ClusterFlags.ALL).flatMap(List::stream).toList();

  private FlagTable() {}
}
