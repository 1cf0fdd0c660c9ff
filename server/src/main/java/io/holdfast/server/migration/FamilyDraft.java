package io.holdfast.server.migration;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.metrics.MetricFamily;
import org.jspecify.annotations.Nullable;

/** A family that is not completely read yet. */
final class FamilyDraft {
  /** The family's key in its group. */
  final String name;

  long pushedAtNanos;

  /** The offset at which the message begins in the file. */
  long offset;

  long length;

  /** The message; null if there is none, or if it is too large. */
  byte @Nullable [] message;

  FamilyDraft(String name) {
    this.name = name;
  }

  /** Parses the message. */
  MetricFamily parse(byte[] encoded) throws DamagedFileException {
    try {
      return MetricFamily.parseFrom(encoded);
    } catch (InvalidProtocolBufferException e) {
      throw new DamagedFileException(
          offset, "metric family \"" + name + "\" of " + length + " bytes: " + e.getMessage());
    }
  }
}
