package io.holdfast.cluster.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way to another member, which hands the request to its {@link TaskInbox}. The
 * task never throws. An exception would travel back as a Java object, and the sender's filter would
 * drop an unknown exception.
 *
 * <p>Layout of version 1, big-endian: {@code 01}, sender and receiver as member ids of 16 bytes
 * each, {@code 01} for data or {@code 02} for control, length of 4 bytes, the request.
 */
final class RequestTask
    implements Callable<byte[]>, IdentifiedDataSerializable, HazelcastInstanceAware {
  static final int FACTORY_ID = 0x484f4c44;
  private static final int CLASS_ID = 1;
  private static final byte VERSION = 1;

  private UUID from;
  private UUID to;
  private TrafficClass trafficClass;
  private byte @Nullable [] request;
  private @Nullable HazelcastInstance instance;

  RequestTask(UUID from, UUID to, TrafficClass trafficClass, byte[] request) {
    this.from = from;
    this.to = to;
    this.trafficClass = trafficClass;
    this.request = request;
  }

  /** Creates an empty task, into which Hazelcast reads. */
  private RequestTask() {
    this.from = new UUID(0, 0);
    this.to = new UUID(0, 0);
    this.trafficClass = TrafficClass.CONTROL;
  }

  static DataSerializableFactory factory() {
    return classId -> classId == CLASS_ID ? new RequestTask() : null;
  }

  @Override
  public byte[] call() {
    Object found = instance == null ? null : instance.getUserContext().get(TaskInbox.CONTEXT_KEY);
    return request != null && found instanceof TaskInbox inbox
        ? inbox.take(from, to, trafficClass, request)
        : Reply.NOT_UNDERSTOOD.alone();
  }

  @Override
  public void setHazelcastInstance(HazelcastInstance instance) {
    this.instance = instance;
  }

  @Override
  public int getFactoryId() {
    return FACTORY_ID;
  }

  @Override
  public int getClassId() {
    return CLASS_ID;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    if (request == null) {
      throw new IOException("a request that was not understood is not passed on");
    }
    out.writeByte(VERSION);
    writeId(out, from);
    writeId(out, to);
    out.writeByte(code(trafficClass));
    out.writeInt(request.length);
    out.write(request);
  }

  /**
   * Reads a request. A request of another version leaves the field empty, because reading must not
   * fail.
   */
  @Override
  public void readData(ObjectDataInput in) throws IOException {
    if (in.readByte() != VERSION) {
      return;
    }
    from = readId(in);
    to = readId(in);
    trafficClass =
        in.readByte() == code(TrafficClass.DATA) ? TrafficClass.DATA : TrafficClass.CONTROL;
    int length = in.readInt();
    if (length < 0 || length > TrafficClasses.MAX_MESSAGE_BYTES) {
      return;
    }
    byte[] read = new byte[length];
    in.readFully(read);
    request = read;
  }

  private static int code(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> 1;
      case CONTROL -> 2;
    };
  }

  private static void writeId(ObjectDataOutput out, UUID id) throws IOException {
    out.writeLong(id.getMostSignificantBits());
    out.writeLong(id.getLeastSignificantBits());
  }

  private static UUID readId(ObjectDataInput in) throws IOException {
    return new UUID(in.readLong(), in.readLong());
  }
}
