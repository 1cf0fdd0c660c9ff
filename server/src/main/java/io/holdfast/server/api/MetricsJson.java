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
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reader that makes all groups into the JSON of the Pushgateway's API, piece by piece. It holds
 * one family in encoded form and one piece, however many groups there are.
 *
 * <p>Concurrency: one thread at a time.
 */
final class MetricsJson implements ExpositionReader {
  private static final int PIECE_BYTES = 64 << 10;

  private static final String EXPIRES_AT = "expires_at";
  private static final String LABELS = "labels";
  private static final String FAILURE = "last_push_failure_reason";
  private static final String LAST_PUSH = "last_push_successful";

  /** The fields that are not families, in order. */
  private static final List<String> OWN_FIELDS = List.of(EXPIRES_AT, LABELS, FAILURE, LAST_PUSH);

  private final Snapshot snapshot;
  private final GroupReader groups;
  private final Piece piece = new Piece();
  private final JsonGenerator json;

  private @Nullable StoredGroup group;

  /** The names of the group's own fields that are not yet written, in order. */
  private final Deque<String> ownFields = new ArrayDeque<>();

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
      ownFields.addAll(OWN_FIELDS);
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
    while (!ownFields.isEmpty() && (before == null || ownFields.element().compareTo(before) <= 0)) {
      writeOwnField(of, ownFields.remove());
    }
  }

  /**
   * Writes one field. Two fields are Holdfast's: upstream does not know why a push failed, and its
   * groups never expire.
   */
  private void writeOwnField(StoredGroup of, String field) throws IOException {
    switch (field) {
      case EXPIRES_AT -> {
        if (of.expiresAt() != null) {
          json.writeStringField(EXPIRES_AT, GoJson.time(of.expiresAt()));
        }
      }
      case LABELS -> {
        json.writeFieldName(LABELS);
        GoJson.write(json, of.key().labels());
      }
      case FAILURE -> {
        if (!of.isLastPushSuccessful() && of.lastFailureReason() != null) {
          json.writeStringField(FAILURE, of.lastFailureReason());
        }
      }
      default -> json.writeBooleanField(LAST_PUSH, of.isLastPushSuccessful());
    }
  }

  /**
   * Returns the key of a family. A family with the name of one of those fields has its name in
   * PromQL's quoted form.
   */
  private static String key(String name) {
    return OWN_FIELDS.contains(name) ? "{\"" + name + "\"}" : name;
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
