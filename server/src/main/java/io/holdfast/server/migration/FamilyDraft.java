package io.holdfast.server.migration;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.MetricFamily;
import org.jspecify.annotations.Nullable;

/** A family of which not everything is read yet. */
final class FamilyDraft {
  /** The key that it has in its group. */
  final String name;

  long pushedAtNanos;

  /** Where the message begins in the file, and how long it is. */
  long offset;

  long length;

  /** Null if there is none, or if it is too large. */
  byte @Nullable [] message;

  FamilyDraft(String name) {
    this.name = name;
  }

  /** The message, read. */
  MetricFamily parse(byte[] encoded) throws DamagedFileException {
    try {
      return MetricFamily.parseFrom(encoded);
    } catch (InvalidProtocolBufferException e) {
      throw new DamagedFileException(
          offset, "metric family \"" + name + "\" of " + length + " bytes: " + e.getMessage());
    }
  }
}
