package io.holdfast.server.backup;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.server.config.Limit;
import io.holdfast.server.gocompat.GoJson;
import io.holdfast.server.http.AnswerTracking;
import io.holdfast.server.http.Answers;
import io.holdfast.server.http.BodyReader;
import io.holdfast.server.http.ClientWatch;
import io.holdfast.server.http.Clocks;
import io.holdfast.server.http.Deadline;
import io.holdfast.server.http.Exchange;
import io.holdfast.server.http.Sending;
import io.holdfast.server.http.SlowBodies;
import io.holdfast.server.lifecycle.BuildInfo;
import io.holdfast.server.metrics.SelfMetrics;
import io.holdfast.storage.BackupReader;
import io.holdfast.storage.BackupWriter;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.Refusal;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.SnapshotException;
import io.holdfast.storage.SnapshotRead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handler of exports and imports. An export never blocks. An import has a thread of its own,
 * because it waits for many changes; a node makes one import at a time.
 */
public final class BackupHandler {
  private static final Logger log = LoggerFactory.getLogger(BackupHandler.class);

  private static final String MODE = "mode";
  private static final DateTimeFormatter FILE_NAME =
      DateTimeFormatter.ofPattern("'holdfast-'yyyyMMdd'T'HHmmss'Z.backup.gz'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /**
   * The rules for imports.
   *
   * @param directory of the store, for the temporary file
   * @param mostGroups the maximum number of groups
   * @param mostBytes the heap that groups can take
   * @param slowBodies told of files that do not arrive at once
   */
  public record Terms(
      Path directory,
      BackupReader.Limits limits,
      int mostGroups,
      long mostBytes,
      SlowBodies slowBodies) {}

  private final GroupStore store;
  private final SelfMetrics metrics;
  private final Answers answers;
  private final Clocks clocks;
  private final Terms terms;
  private final AtomicBoolean isImporting = new AtomicBoolean();

  public BackupHandler(
      GroupStore store, SelfMetrics metrics, Answers answers, Clocks clocks, Terms terms) {
    this.store = store;
    this.metrics = metrics;
    this.answers = answers;
    this.clocks = clocks;
    this.terms = terms;
    Spool.deleteLeftOver(terms.directory);
  }

  /** Sends a backup of all groups. */
  public void exportAll(Exchange exchange) {
    CompletableFuture<SnapshotRead> unused =
        store
            .readSnapshot()
            .whenComplete(
                (result, failure) -> exchange.later(() -> send(exchange, requireNonNull(result))));
  }

  private void send(Exchange exchange, SnapshotRead result) {
    if (result instanceof SnapshotRead.Fresh fresh) {
      send(exchange, fresh.snapshot());
    } else if (result instanceof SnapshotRead.Stale stale) {
      exchange.markStale(stale.reason());
      send(exchange, stale.snapshot());
    } else if (result instanceof SnapshotRead.Unavailable unavailable) {
      refuseExport(exchange, unavailable.refusal());
    }
  }

  private void send(Exchange exchange, Snapshot snapshot) {
    if (!answers.hasRoom()) {
      snapshot.close();
      metrics.limitExceeded(Limit.UNREAD_BYTES);
      refuseExport(
          exchange,
          Limit.UNREAD_BYTES.refusal(
              "too much is held for clients that do not read their answers"));
      return;
    }
    Answers.Answer answer =
        answers.begin(
            AnswerTracking.client(exchange.request()), snapshot.exposition().replacedBytes(), true);
    Sending sending;
    try {
      BackupWriter writer =
          new BackupWriter(snapshot, BuildInfo.version(), clocks.wall().instant());
      exchange.response().getHeaders().put(HttpHeader.CONTENT_TYPE, "application/gzip");
      exchange
          .response()
          .getHeaders()
          .put(
              HttpHeader.CONTENT_DISPOSITION,
              "attachment; filename=\"" + FILE_NAME.format(clocks.wall().instant()) + "\"");
      sending = new Sending(exchange, answer, writer, () -> {});
    } catch (SnapshotException e) {
      answer.end();
      snapshot.close();
      exchange.response().getHeaders().remove(HttpHeader.CONTENT_DISPOSITION);
      refuseExport(
          exchange, new Refusal(Refusal.Code.STORE_FAILED, String.valueOf(e.getMessage())));
      return;
    } catch (RuntimeException | Error e) {
      answer.end();
      snapshot.close();
      throw e;
    }
    metrics.requestAnswered("export", exchange.method(), 200);
    sending.iterate();
  }

  private void refuseExport(Exchange exchange, Refusal refusal) {
    metrics.requestAnswered("export", exchange.method(), 503);
    exchange.refuseForNow(refusal);
  }

  /** Takes a backup, and answers when its groups are on the disks of a write quorum. */
  public void importAll(Exchange exchange) {
    ImportJob.Mode mode;
    Deadline deadline;
    try {
      mode = mode(exchange.request());
      deadline = Deadline.of(exchange, clocks.wall());
    } catch (IllegalArgumentException e) {
      refuseImport(exchange, 400, String.valueOf(e.getMessage()));
      return;
    }
    if (deadline.hasPassed()) {
      refuseImport(exchange, Deadline.STATUS, deadline.reason());
      return;
    }
    if (!isImporting.compareAndSet(false, true)) {
      refuseImport(
          exchange, 409, "import: this node already imports a backup (expected: one at a time)");
      return;
    }
    Spool spool;
    try {
      spool = Spool.create(terms.directory);
    } catch (Spool.NoSpaceException e) {
      isImporting.set(false);
      refuseImport(exchange, e.refusal);
      return;
    }
    new Import(exchange, mode, deadline, spool).start();
  }

  private static ImportJob.Mode mode(Request request) {
    @Nullable String mode = null;
    if (request.getHttpURI().getQuery() != null) {
      for (Fields.Field field : Request.extractQueryParameters(request)) {
        if (!field.getName().equals(MODE)) {
          throw new IllegalArgumentException(
              "\"" + field.getName() + "\" (expected: no parameter but mode)");
        }
        if (field.getValues().size() > 1) {
          throw new IllegalArgumentException(
              "mode: given " + field.getValues().size() + " times (expected: once)");
        }
        mode = field.getValue();
      }
    }
    if (mode == null || mode.equals("missing")) {
      return ImportJob.Mode.MISSING;
    }
    if (mode.equals("replace")) {
      return ImportJob.Mode.REPLACE;
    }
    throw new IllegalArgumentException("mode: \"" + mode + "\" (expected: missing or replace)");
  }

  private void refuseImport(Exchange exchange, int status, String reason) {
    metrics.requestAnswered("import", exchange.method(), status);
    exchange.refuse(status, reason);
  }

  private void refuseImport(Exchange exchange, Refusal refusal) {
    metrics.requestAnswered("import", exchange.method(), 503);
    exchange.refuseForNow(refusal);
  }

  /** One import on its way to its answer. */
  private final class Import implements BodyReader.Receiver {
    private final Exchange exchange;
    private final ImportJob.Mode mode;
    private final Spool spool;
    private final BodyReader body;
    private final BooleanSupplier isGivenUp;
    private final long startedAt = clocks.nanos().getAsLong();

    Import(Exchange exchange, ImportJob.Mode mode, Deadline deadline, Spool spool) {
      this.exchange = exchange;
      this.mode = mode;
      this.spool = spool;
      this.body = BodyReader.into(spool, exchange.request(), terms.slowBodies, this);
      ClientWatch client = new ClientWatch(exchange.request(), clocks.nanos());
      this.isGivenUp = () -> deadline.hasPassed() || client.isGone();
    }

    void start() {
      body.run();
    }

    /** Ends the import. Called once, before the answer. */
    private void end() {
      spool.close();
      isImporting.set(false);
    }

    @Override
    public void received(byte[] nothing) {
      Thread thread = new Thread(() -> exchange.guarded(this::run), "import");
      thread.setDaemon(true);
      thread.start();
    }

    private void run() {
      ImportJob.Counts counts;
      try {
        counts =
            new ImportJob(
                    spool,
                    mode,
                    new ImportJob.Surroundings(store, terms, isGivenUp, clocks.nanos()))
                .run();
      } catch (ImportException e) {
        log.atWarn()
            .addKeyValue("source", exchange.remoteAddress())
            .addKeyValue("bytes", spool.bytes())
            .addKeyValue("err", e.getMessage())
            .log("import refused");
        end();
        Refusal refusal = e.refusal();
        if (refusal == null) {
          refuseImport(exchange, e.status(), String.valueOf(e.getMessage()));
        } else {
          refuseImport(exchange, refusal);
        }
        return;
      } catch (RuntimeException | Error e) {
        end();
        throw e;
      }
      log.atInfo()
          .addKeyValue("source", exchange.remoteAddress())
          .addKeyValue("mode", mode.name().toLowerCase(Locale.ROOT))
          .addKeyValue("bytes", spool.bytes())
          .addKeyValue("imported", counts.imported())
          .addKeyValue("kept", counts.kept())
          .addKeyValue("deleted", counts.deleted())
          .addKeyValue("expired", counts.expired())
          .addKeyValue(
              "millis", Duration.ofNanos(clocks.nanos().getAsLong() - startedAt).toMillis())
          .log("backup imported");
      end();
      metrics.requestAnswered("import", exchange.method(), 200);
      exchange.answer(200, "application/json", json(counts));
    }

    @Override
    public void limitExceeded(Limit limit) {
      end();
      exchange.guarded(
          () -> {
            if (body.isGivenUp()) {
              exchange.announceClose();
            }
            metrics.limitExceeded(limit);
            refuseImport(exchange, limit.status(), limit.explain("body: did not arrive in time"));
          });
    }

    @Override
    public void failed(Throwable cause) {
      end();
      if (cause instanceof Spool.NoSpaceException noSpace) {
        exchange.guarded(() -> refuseImport(exchange, noSpace.refusal));
        return;
      }
      metrics.requestAnswered("import", exchange.method(), 400);
      if (body.client().isOpen()) {
        exchange.callback().failed(cause);
      } else {
        exchange.callback().succeeded();
      }
    }
  }

  private static byte[] json(ImportJob.Counts counts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = GoJson.generator(out)) {
      json.writeStartObject();
      json.writeNumberField("imported", counts.imported());
      json.writeNumberField("kept", counts.kept());
      json.writeNumberField("deleted", counts.deleted());
      json.writeNumberField("expired", counts.expired());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
