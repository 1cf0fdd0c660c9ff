package io.holdfast.server;

import com.sun.management.OperatingSystemMXBean;
import io.holdfast.cluster.ClusterNode;
import io.holdfast.server.config.Arguments;
import io.holdfast.server.config.Flags;
import io.holdfast.server.config.Options;
import io.holdfast.server.config.StoreHome;
import io.holdfast.server.lifecycle.BuildInfo;
import io.holdfast.server.lifecycle.MemoryCheck;
import io.holdfast.server.lifecycle.StartArchive;
import io.holdfast.server.lifecycle.StartException;
import io.holdfast.server.logging.Logging;
import io.holdfast.server.migration.MigrationException;
import io.holdfast.storage.StoreException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process: command line, exit codes and signals.
 *
 * <p>Exit codes: 0 after SIGTERM, SIGINT, a quit over HTTP, {@code --help} and {@code --version}; 1
 * when the node cannot start or fails; 2 for a mistake on the command line.
 */
public final class Main {
  private static final int CANNOT_START = 1;
  private static final int BAD_COMMAND_LINE = 2;

  private Main() {}

  public static void main(String[] args) {
    Preload.begin();
    Flags.Result result = Flags.parse(Arguments.given(args), StoreHome.of(System.getenv()));
    if (result instanceof Flags.Result.Print print) {
      say(FileDescriptor.out, print.text().stripTrailing());
    } else if (result instanceof Flags.Result.Refuse refuse) {
      say(FileDescriptor.err, "holdfast: " + refuse.message());
      System.exit(BAD_COMMAND_LINE);
    } else if (result instanceof Flags.Result.Run run) {
      run(run.options());
    }
  }

  /** Prints a text in UTF-8, whatever the locale. The log is in UTF-8, too. */
  private static void say(FileDescriptor to, String text) {
    new PrintStream(new FileOutputStream(to), true, StandardCharsets.UTF_8).println(text);
  }

  private static void run(Options options) {
    if (options.cluster() != null) {
      // Before the first look-up of a name.
      ClusterNode.followNames();
    }
    Logging.configure(options.log().level(), options.log().format());
    Logger log = LoggerFactory.getLogger(Main.class);
    App app = new App(options);
    // Registered before the first output and before the start, which can take long. So a signal
    // during the start also ends the process in order.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(app), "shutdown"));
    log.atInfo().addKeyValue("version", BuildInfo.version()).log("starting Holdfast");
    log.atInfo().addKeyValue("flags", options.effective()).log("configuration");
    StoreHome.Choice home = options.storage().choice();
    if (home != null) {
      log.atInfo()
          .addKeyValue("path", options.storage().path().toAbsolutePath())
          .addKeyValue("reason", home.reason())
          .log("store directory chosen");
    }
    if (options.persistence().intervalGiven()) {
      log.info("--persistence.interval has no effect: every answer is on the disk already");
    }
    options.warnings().forEach(warning -> log.atWarn().log(warning));
    MemoryCheck memory = new MemoryCheck(Runtime.getRuntime().maxMemory(), memoryBytes());
    memory.warning().ifPresent(warning -> log.atWarn().log(warning));
    try {
      memory.requireRoom();
      app.start();
    } catch (StoreException | StartException | MigrationException e) {
      fail(app, log, String.valueOf(e.getMessage()));
    } catch (RuntimeException | LinkageError e) {
      fail(app, log, "cannot start: " + e);
    }
    tellOf(StartArchive.ofProcess(), log);
    CompletableFuture.anyOf(app.quitRequested(), app.failure()).join();
    if (app.failure().isDone()) {
      fail(app, log, "process ended: " + app.failure().join());
    }
    log.warn("received termination request via web service, exiting gracefully...");
    System.exit(0);
  }

  /** Returns the memory of the container or, without a limit, of the machine. */
  private static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /** Logs whether the start archive shortened the start, after the start has ended. */
  private static void tellOf(StartArchive archive, Logger log) {
    switch (archive.use()) {
      case USED -> log.atInfo().addKeyValue("file", archive.file()).log("start archive used");
      case IGNORED ->
          log.atWarn()
              .addKeyValue("file", archive.file())
              .log(
                  "start archive ignored: it is of another Java or of other jars"
                      + " (bin/holdfast-start-archive writes a new one)");
      case ABSENT ->
          log.info("no start archive: bin/holdfast-start-archive writes one, for quicker starts");
      case UNKNOWN -> {}
    }
  }

  private static void fail(App app, Logger log, String reason) {
    log.error(reason);
    app.close();
    // Halts, because exit would run the shutdown hook, and the hook ends with code 0.
    Runtime.getRuntime().halt(CANNOT_START);
  }

  /**
   * Ends the process with 0. The default exit code after a signal is 143, but an end on request is
   * no failure.
   */
  private static void stop(App app) {
    app.close();
    Runtime.getRuntime().halt(0);
  }
}
