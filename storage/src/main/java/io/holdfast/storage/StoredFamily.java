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
 * One family of one group with its message, as it was pushed and sanitised. Immutable; holds the
 * encoded form alone, which is a tenth of what the message takes when all of it is decoded at once.
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
      throw Picture.unreadable(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of the two families that are made of the group's stamps, with the time that it shows. */
  static StoredFamily ofPushTime(Family shown) {
    return ofPushTime(
        shown,
        PushTimes.isSet(shown) ? PushTimes.time(PushTimes.seconds(shown)) : shown.claimedAt.time());
  }

  static StoredFamily ofPushTime(Family shown, Instant pushedAt) {
    return new StoredFamily(shown, pushedAt, PushTimes.message(shown).toByteString());
  }

  /** What is in memory of it. */
  Family shown() {
    return shown;
  }

  public GroupKey group() {
    return shown.group;
  }

  /** The name that was pushed. */
  public String name() {
    return shown.name();
  }

  public MetricType type() {
    return shown.type();
  }

  /** Empty if none was pushed, which is not the same as an empty one. */
  public Optional<String> help() {
    return Optional.ofNullable(shown.help());
  }

  /**
   * When the push arrived that brought it. For the two push times themselves: the time that they
   * tell, to the microsecond; or when the group began, if that push never was.
   */
  public Instant pushedAt() {
    return pushedAt;
  }

  /** How many series it has, the shadowed ones too. */
  public int series() {
    return shown.seriesHashes.length;
  }

  /** How many of its series are left out of scrapes, because older ones are in conflict. */
  public int shadowedSeries() {
    return shown.shadowedSeries();
  }

  /** Of which change it is. Equal versions of a group's family are equal families. */
  Version version() {
    return shown.version;
  }

  /** The message as protobuf, with every series: a whole {@link MetricFamily}. */
  /** Bytes of its encoded form. */
  public long size() {
    return encoded.size();
  }

  ByteString encoded() {
    return encoded;
  }

  /** Its series as they were pushed, in that order, decoded one by one; the shadowed ones too. */
  public Iterator<Metric> metrics() {
    return new Metrics(encoded.newCodedInput());
  }

  /** What a scrape with this scheme shows of it, sorted by labels. */
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
        throw Picture.unreadable(e);
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
        throw Picture.unreadable(e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
