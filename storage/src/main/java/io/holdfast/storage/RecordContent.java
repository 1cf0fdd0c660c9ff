package io.holdfast.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.store.ChangeRecord;
import io.holdfast.proto.store.FamilyRecord;
import io.holdfast.proto.store.GroupRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of one record of a group. Immutable. Nothing is copied, and nothing is parsed before
 * it is asked for: a reader of one family steps over the others.
 */
final class RecordContent {
  private static final int LENGTH_DELIMITED = 2;
  private static final int GROUP = tag(ChangeRecord.GROUP_FIELD_NUMBER);
  private static final int FAMILY = tag(ChangeRecord.FAMILIES_FIELD_NUMBER);
  private static final int METRIC_FAMILY = tag(FamilyRecord.METRIC_FAMILY_FIELD_NUMBER);
  private static final int NAME = tag(MetricFamily.NAME_FIELD_NUMBER);

  private final ByteString bytes;

  /** A family of a record. */
  record Part(String name, ByteString encoded, FamilyRecord record) {}

  /**
   * Creates the content of a record. The methods throw if the record cannot be read.
   *
   * @param value becomes the content's own
   */
  RecordContent(byte[] value) {
    this.bytes = UnsafeByteOperations.unsafeWrap(value);
  }

  private static int tag(int field) {
    return field << 3 | LENGTH_DELIMITED;
  }

  int size() {
    return bytes.size();
  }

  /** Returns the group's own fields; none if a later record of the change has them. */
  GroupRecord group() throws InvalidProtocolBufferException {
    try {
      CodedInputStream in = input(bytes);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == GROUP) {
          return GroupRecord.parseFrom(in.readBytes());
        }
        in.skipField(tag);
      }
      return GroupRecord.getDefaultInstance();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Returns all families, in order of their names. */
  List<Part> families() throws InvalidProtocolBufferException {
    List<Part> families = new ArrayList<>();
    try {
      CodedInputStream in = input(bytes);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == FAMILY) {
          ByteString encoded = in.readBytes();
          families.add(new Part(nameOf(encoded).toStringUtf8(), encoded, family(encoded)));
        } else {
          in.skipField(tag);
        }
      }
      return families;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Returns the family of this name, or null. */
  @Nullable Part family(String name) throws InvalidProtocolBufferException {
    ByteString wanted = ByteString.copyFromUtf8(name);
    try {
      CodedInputStream in = input(bytes);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == FAMILY) {
          ByteString encoded = in.readBytes();
          if (nameOf(encoded).equals(wanted)) {
            return new Part(name, encoded, family(encoded));
          }
        } else {
          in.skipField(tag);
        }
      }
      return null;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static FamilyRecord family(ByteString encoded) throws IOException {
    return FamilyRecord.parseFrom(input(encoded));
  }

  /** Returns the name of an encoded FamilyRecord. The name is the first field of its message. */
  private static ByteString nameOf(ByteString encoded) throws IOException {
    CodedInputStream in = input(encoded);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == METRIC_FAMILY) {
        int rest = in.pushLimit(in.readRawVarint32());
        if (in.readTag() == NAME) {
          return in.readBytes();
        }
        in.skipRawBytes(in.getBytesUntilLimit());
        in.popLimit(rest);
      } else {
        in.skipField(tag);
      }
    }
    return ByteString.EMPTY;
  }

  private static CodedInputStream input(ByteString of) {
    CodedInputStream in = of.newCodedInput();
    in.enableAliasing(true);
    return in;
  }

  private static InvalidProtocolBufferException unreadable(IOException e) {
    return e instanceof InvalidProtocolBufferException own
        ? own
        : new InvalidProtocolBufferException(e);
  }
}
