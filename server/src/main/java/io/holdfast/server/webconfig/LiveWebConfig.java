package io.holdfast.server.webconfig;

import io.holdfast.server.metrics.WebConfigMetrics;
import io.holdfast.server.tls.ProcessWideTls;
import io.holdfast.server.tls.TlsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A web config file and its current content. The file, and each file that it names, is looked at
 * every second. A good change is in use a moment later. After a bad change, the previous
 * configuration stays in use. The log reports the bad change once, and a metric reports it as long
 * as it lasts.
 *
 * <p>Files are rarely written in one step: a certificate can be there before its key. So a bad
 * change is reported only if it has lasted for another second.
 *
 * <p>Concurrency: {@link #look} runs on one thread at a time.
 */
public final class LiveWebConfig implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveWebConfig.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Path file;
  private final WebConfigReader reader;
  private final WebConfigMetrics metrics;
  private final InstantSource clock;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "web-config");
            thread.setDaemon(true);
            return thread;
          });

  private WebConfig current;
  private WatchedFiles seen;
  private Consumer<WebConfig> user = config -> {};

  /** The reason why the last change cannot be used. */
  private @Nullable BadWebConfigException bad;

  /** The last reason in the log since the last good change. */
  private @Nullable String told;

  /**
   * Reads the file for the first time.
   *
   * @param durations see {@link WebConfigReader}
   * @throws BadWebConfigException if the file, or a file that it names, cannot be used
   */
  public LiveWebConfig(
      Path file,
      Function<String, Duration> durations,
      WebConfigMetrics metrics,
      InstantSource clock)
      throws BadWebConfigException {
    this.file = file;
    this.reader = new WebConfigReader(durations);
    this.metrics = metrics;
    this.clock = clock;
    seen = new WatchedFiles();
    current = reader.read(file, seen);
    metrics.reloaded(certificateExpiry(current), clock.instant());
    advise(current);
    TlsSettings tls = current.tls();
    if (tls != null) {
      ProcessWideTls.neededBy(tls.handshake()).apply();
    }
  }

  /** Returns the configuration of the first reading. */
  public WebConfig first() {
    return current;
  }

  /**
   * Follows changes from now on. Called once.
   *
   * @param user gets each new configuration
   */
  public void follow(Consumer<WebConfig> user) {
    tell(user);
    var unused =
        looking.scheduleWithFixedDelay(
            this::lookSafely, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Sets the receiver of changes. */
  void tell(Consumer<WebConfig> user) {
    this.user = user;
  }

  private void lookSafely() {
    try {
      look();
    } catch (RuntimeException e) {
      log.error("web config file not readable; previous configuration kept", e);
    }
  }

  /** Looks for changes. */
  void look() {
    boolean wasBad = bad != null;
    if (seen.haveChanged()) {
      read();
    }
    if (bad != null && wasBad) {
      complain(String.valueOf(bad.getMessage()));
    }
  }

  private void read() {
    WatchedFiles now = new WatchedFiles();
    try {
      WebConfig changed = reader.read(file, now);
      refuseWhatNeedsRestart(changed);
      use(changed);
    } catch (BadWebConfigException e) {
      bad = e;
    }
    seen = now;
  }

  private void use(WebConfig changed) {
    user.accept(changed);
    current = changed;
    bad = null;
    told = null;
    metrics.reloaded(certificateExpiry(changed), clock.instant());
    advise(changed);
    log.atInfo().addKeyValue("file", file).log("web config file reloaded");
  }

  private void advise(WebConfig config) {
    for (String advice : config.users().advice()) {
      log.atWarn().addKeyValue("file", file).addKeyValue("advice", advice).log("weak web config");
    }
  }

  private void complain(String reason) {
    if (!reason.equals(told)) {
      told = reason;
      metrics.reloadFailed();
      log.atError()
          .addKeyValue("err", reason)
          .log("--web.config.file invalid; previous configuration kept");
    }
  }

  private void refuseWhatNeedsRestart(WebConfig changed) throws BadWebConfigException {
    TlsSettings before = current.tls();
    TlsSettings after = changed.tls();
    if ((before == null) != (after == null)) {
      throw needsRestart("tls_server_config", "TLS cannot be turned on or off");
    }
    if (before == null || after == null) {
      return;
    }
    if (current.http2() != changed.http2()) {
      throw needsRestart("http_server_config.http2", "HTTP/2 cannot be turned on or off");
    }
    if (!ProcessWideTls.neededBy(before.handshake())
        .equals(ProcessWideTls.neededBy(after.handshake()))) {
      throw needsRestart(
          "tls_server_config", "TLS before 1.2, or other curves on this JDK, cannot be had");
    }
  }

  private BadWebConfigException needsRestart(String key, String what) {
    return new BadWebConfigException(
        file, key + ": " + what + " while running (expected: a restart)");
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }

  private static @Nullable Instant certificateExpiry(WebConfig config) {
    TlsSettings tls = config.tls();
    return tls == null ? null : tls.identity().chain().get(0).getNotAfter().toInstant();
  }
}
