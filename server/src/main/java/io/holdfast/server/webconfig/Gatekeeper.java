package io.holdfast.server.webconfig;

import static java.util.Objects.requireNonNull;

import io.holdfast.server.access.PasswordChecks;
import io.holdfast.server.config.FlagTable;
import io.holdfast.server.gocompat.GoDuration;
import io.holdfast.server.http.Clocks;
import io.holdfast.server.http.NonThrowingHandler;
import io.holdfast.server.lifecycle.StartException;
import io.holdfast.server.metrics.WebConfigMetrics;
import io.holdfast.server.tls.SecureConnections;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part between clients and the handlers that {@code --web.config.file} asks for, as the file is
 * now.
 */
public final class Gatekeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Gatekeeper.class);

  private final LiveWebConfig config;
  private final WebConfigMetrics metrics;
  private final PasswordChecks passwords;
  private final @Nullable SecureConnections connections;
  private final LongSupplier nanos;
  private @Nullable AccessHandler access;

  private Gatekeeper(LiveWebConfig config, WebConfigMetrics metrics, LongSupplier nanos) {
    this.nanos = nanos;
    this.config = config;
    this.metrics = metrics;
    this.passwords =
        new PasswordChecks(Runtime.getRuntime().availableProcessors(), metrics::passwordChecked);
    metrics.observe(passwords::waiting);
    WebConfig first = config.first();
    this.connections =
        first.tls() == null
            ? null
            : new SecureConnections(first.tls(), first.http2(), metrics::handshakeFailed);
  }

  /**
   * Reads the file.
   *
   * @throws StartException if the file, or a file that it names, cannot be used
   */
  public static Gatekeeper open(Path file, WebConfigMetrics metrics, Clocks clocks)
      throws StartException {
    try {
      LiveWebConfig config = new LiveWebConfig(file, GoDuration::parse, metrics, clocks.wall());
      return new Gatekeeper(config, metrics, clocks.nanos());
    } catch (BadWebConfigException e) {
      throw new StartException("--" + FlagTable.CONFIG_FILE + ": " + e.getMessage(), e);
    }
  }

  /** Puts the access control of the file before the handler. Called once. */
  public Handler guard(NonThrowingHandler handler) {
    AccessHandler guarding = new AccessHandler(handler, config.first(), passwords, metrics, nanos);
    access = guarding;
    return guarding;
  }

  /** Returns whether requests need a password now. */
  public boolean hasUsers() {
    return access != null && access.hasUsers();
  }

  /** Returns the factory of TLS connections; null for plain HTTP. */
  public @Nullable SecureConnections connections() {
    return connections;
  }

  /** Follows the file from now on. Called once, when the server listens. */
  public void follow() {
    log.atInfo()
        .addKeyValue("http2", connections != null && config.first().http2())
        .log(connections == null ? "TLS is disabled." : "TLS is enabled.");
    config.follow(this::use);
  }

  private void use(WebConfig changed) {
    // TLS is not turned on or off while the process runs.
    if (connections != null && changed.tls() != null) {
      connections.use(changed.tls());
    }
    requireNonNull(access, "access").use(changed);
  }

  /** Ends the watch. Called after the last request. */
  @Override
  public void close() {
    config.close();
    passwords.close();
  }
}
