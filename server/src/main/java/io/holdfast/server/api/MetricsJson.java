package io.holdfast.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.server.gocompat.GoJson;
import io.holdfast.storage.ExpositionReader;
import io.holdfast.storage.GroupReader;
import io.holdfast.storage.Snapshot;
import io.holdfast.storage.StoredFamily;
import io.holdfast.storage.StoredGroup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The reader that makes all groups into the JSON of the Pushgateway's API, piece by piece. It holds
 * one family in encoded form and one piece, however many groups there are.
 *
 * <p>Concurrency: one thread at a time.
 */
final class MetricsJson implements ExpositionReader {
  private static final int PIECE_BYTES = 64 << 10;

  private static final String LABELS = "labels";
  private static final String FAILURE = "last_push_failure_reason";
  private static final String LAST_PUSH = "last_push_successful";

  private final Snapshot snapshot;
  private final GroupReader groups;
  private final Piece piece = new Piece();
  private final JsonGenerator json;

  private @Nullable StoredGroup group;
  private boolean areLabelsWritten;
  private boolean isFailureWritten;
  private boolean isLastPushWritten;
  private @Nullable StoredFamily family;
  private Iterator<Metric> metrics = Collections.emptyIterator();
  private boolean isBegun;
  private boolean isEnded;

  /**
   * Creates the reader.
   *
   * @param snapshot closed by the reader
   */
  MetricsJson(Snapshot snapshot) {
    this.snapshot = snapshot;
    try {
      this.groups = snapshot.groups();
      this.json = GoJson.generator(piece);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable ByteBuffer next() {
    if (isEnded) {
      return null;
    }
    piece.reset();
    try {
      while (!isEnded && piece.size() < PIECE_BYTES) {
        writeMore();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // The client can take long before it asks for the next piece.
    groups.rest();
    return piece.buffer();
  }

  private void writeMore() throws IOException {
    StoredFamily currentFamily = family;
    StoredGroup currentGroup = group;
    if (!isBegun) {
      isBegun = true;
      json.writeStartObject();
      json.writeStringField("status", "success");
      json.writeArrayFieldStart("data");
    } else if (currentFamily != null && metrics.hasNext()) {
      MetricJson.write(json, currentFamily.type(), metrics.next());
    } else if (currentFamily != null) {
      endFamily(currentFamily);
    } else if (currentGroup != null) {
      writeFamily(currentGroup);
    } else {
      writeGroup();
    }
  }

  private void writeGroup() throws IOException {
    group = groups.next();
    if (group == null) {
      json.writeEndArray();
      json.writeEndObject();
      json.close();
      isEnded = true;
    } else {
      json.writeStartObject();
      areLabelsWritten = false;
      isFailureWritten = false;
      isLastPushWritten = false;
    }
  }

  private void writeFamily(StoredGroup of) throws IOException {
    StoredFamily next = groups.nextFamily();
    if (next == null) {
      writeOwnFields(of, null);
      json.writeEndObject();
      group = null;
      return;
    }
    String name = next.name();
    writeOwnFields(of, name);
    json.writeObjectFieldStart(key(name));
    json.writeStringField("time_stamp", GoJson.time(next.pushedAt()));
    json.writeStringField("type", next.type().name());
    String help = next.help().orElse("");
    if (!help.isEmpty()) {
      json.writeStringField("help", help);
    }
    json.writeArrayFieldStart("metrics");
    family = next;
    metrics = next.metrics();
  }

  private void endFamily(StoredFamily ended) throws IOException {
    json.writeEndArray();
    if (ended.shadowedSeries() > 0) {
      // A field of Holdfast: upstream has no series that a scrape leaves out.
      json.writeNumberField("shadowed_series", ended.shadowedSeries());
    }
    writeLeftOut(ended);
    json.writeEndObject();
    family = null;
  }

  /** Writes a field of Holdfast: upstream exposes equal names twice instead. */
  private void writeLeftOut(StoredFamily ended) throws IOException {
    boolean isBegunHere = false;
    for (EscapingScheme scheme : EscapingScheme.values()) {
      int series = snapshot.exposition().leftOutSeries(ended, scheme);
      if (series > 0) {
        if (!isBegunHere) {
          json.writeObjectFieldStart("left_out_series");
          isBegunHere = true;
        }
        json.writeNumberField(scheme.term(), series);
      }
    }
    if (isBegunHere) {
      json.writeEndObject();
    }
  }

  /** Writes the fields that are not families, each at its place among the families. */
  private void writeOwnFields(StoredGroup of, @Nullable String before) throws IOException {
    if (!areLabelsWritten && (before == null || LABELS.compareTo(before) <= 0)) {
      areLabelsWritten = true;
      json.writeFieldName(LABELS);
      GoJson.write(json, of.key().labels());
    }
    if (!isFailureWritten && (before == null || FAILURE.compareTo(before) <= 0)) {
      isFailureWritten = true;
      writeFailure(of);
    }
    if (!isLastPushWritten && (before == null || LAST_PUSH.compareTo(before) <= 0)) {
      isLastPushWritten = true;
      json.writeBooleanField(LAST_PUSH, of.isLastPushSuccessful());
    }
  }

  /** Writes a field of Holdfast: upstream does not know why a push failed. */
  private void writeFailure(StoredGroup of) throws IOException {
    if (!of.isLastPushSuccessful() && of.lastFailureReason() != null) {
      json.writeStringField(FAILURE, of.lastFailureReason());
    }
  }

  /**
   * Returns the key of a family. A family with the name of one of those fields has its name in
   * PromQL's quoted form.
   */
  private static String key(String name) {
    boolean isTaken = name.equals(LABELS) || name.equals(FAILURE) || name.equals(LAST_PUSH);
    return isTaken ? "{\"" + name + "\"}" : name;
  }

  @Override
  public long heldBytes() {
    return piece.size() + (family == null ? 0 : family.size());
  }

  @Override
  public void close() {
    groups.close();
    snapshot.close();
  }

  /** A buffer that gives its content without a copy. */
  private static final class Piece extends ByteArrayOutputStream {
    Piece() {
      super(PIECE_BYTES + (PIECE_BYTES >> 1));
    }

    ByteBuffer buffer() {
      return ByteBuffer.wrap(buf, 0, count);
    }
  }
}
