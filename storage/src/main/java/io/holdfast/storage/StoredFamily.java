package io.holdfast.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.holdfast.proto.EscapingScheme;
import io.holdfast.proto.metrics.Metric;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import io.holdfast.proto.store.FamilyRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A family of one group with its message, as pushed and sanitised. Immutable. The object holds only
 * the encoded form, which takes a tenth of the memory of a decoded message.
 */
public final class StoredFamily {
  private final Family shown;
  private final Instant pushedAt;
  private final ByteString encoded;

  private StoredFamily(Family shown, Instant pushedAt, ByteString encoded) {
    this.shown = shown;
    this.pushedAt = pushedAt;
    this.encoded = encoded;
  }

  /**
   * Returns the family of a record.
   *
   * @param record becomes the family's own
   */
  static StoredFamily ofRecord(Family shown, byte[] record) {
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(record).newCodedInput();
      in.enableAliasing(true);
      FamilyRecord read = FamilyRecord.parseFrom(in);
      Instant pushedAt = Instant.ofEpochSecond(0, read.getPushedAtNanos());
      return new StoredFamily(shown, pushedAt, read.getMetricFamily());
    } catch (InvalidProtocolBufferException e) {
      throw Snapshot.unreadable(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns one of the two push times of a group, which are made of its stamps. The family shows
   * its own time as the time of its push.
   */
  static StoredFamily ofPushTime(Family shown) {
    return ofPushTime(
        shown,
        PushTimes.isSet(shown) ? PushTimes.time(PushTimes.seconds(shown)) : shown.claimedAt.time());
  }

  static StoredFamily ofPushTime(Family shown, Instant pushedAt) {
    return new StoredFamily(shown, pushedAt, PushTimes.message(shown).toByteString());
  }

  /** Returns the family in memory. */
  Family shown() {
    return shown;
  }

  public GroupKey group() {
    return shown.group;
  }

  /** Returns the name that was pushed. */
  public String name() {
    return shown.name();
  }

  public MetricType type() {
    return shown.type();
  }

  /** Returns the HELP text, or empty if none was pushed. An empty text is different. */
  public Optional<String> help() {
    return Optional.ofNullable(shown.help());
  }

  /**
   * Returns when the push of this family arrived. For the two push times it is the time that they
   * show, to the microsecond. If there was no such push, it is the time when the group began.
   */
  public Instant pushedAt() {
    return pushedAt;
  }

  /** Returns the number of series, including shadowed series. */
  public int series() {
    return shown.seriesHashes.length;
  }

  /** Returns the number of shadowed series, which conflict with older claims. */
  public int shadowedSeries() {
    return shown.shadowedSeries();
  }

  /**
   * Returns the version of the change that pushed it. Equal versions of a group's family mean equal
   * families.
   */
  Version version() {
    return shown.version;
  }

  /**
   * Returns the bytes of the message as protobuf, a whole {@link MetricFamily} with every series.
   */
  public long size() {
    return encoded.size();
  }

  ByteString encoded() {
    return encoded;
  }

  /**
   * Returns the series as pushed, in that order, shadowed series included. The iterator decodes one
   * series at a time.
   */
  public Iterator<Metric> metrics() {
    return new Metrics(encoded.newCodedInput());
  }

  /** Returns the series that a scrape with this scheme shows, sorted by labels. */
  List<Metric> shown(EscapingScheme scheme) {
    List<Metric> all = new ArrayList<>();
    metrics().forEachRemaining(all::add);
    List<Metric> sorted = PushPreparation.inOrder(all);
    BitSet without = shown.notShown(scheme);
    if (without.isEmpty()) {
      return sorted;
    }
    List<Metric> rest = new ArrayList<>();
    for (int i = without.nextClearBit(0); i < sorted.size(); i = without.nextClearBit(i + 1)) {
      rest.add(sorted.get(i));
    }
    return rest;
  }

  private static final class Metrics implements Iterator<Metric> {
    private final CodedInputStream in;
    private int tag;

    Metrics(CodedInputStream in) {
      this.in = in;
      findNext();
    }

    private void findNext() {
      try {
        tag = in.readTag();
        while (tag != 0 && WireFormat.getTagFieldNumber(tag) != MetricFamily.METRIC_FIELD_NUMBER) {
          in.skipField(tag);
          tag = in.readTag();
        }
      } catch (InvalidProtocolBufferException e) {
        throw Snapshot.unreadable(e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean hasNext() {
      return tag != 0;
    }

    @Override
    public Metric next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        Metric.Builder metric = Metric.newBuilder();
        in.readMessage(metric, ExtensionRegistryLite.getEmptyRegistry());
        findNext();
        return metric.buildPartial();
      } catch (InvalidProtocolBufferException e) {
        throw Snapshot.unreadable(e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
