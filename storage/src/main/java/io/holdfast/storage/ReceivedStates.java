package io.holdfast.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.proto.cluster.ReplicatedState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * States or changes of another node, read and rendered on the thread that received them, so that
 * the writer only merges and commits.
 */
public final class ReceivedStates {

  /**
   * One group's state, or a wipe.
   *
   * @param group null for a wipe
   * @param records the encoded record of each family, by name
   */
  record Received(@Nullable Group group, @Nullable Version wipedAt, Map<String, byte[]> records) {}

  private final List<Received> states;

  private ReceivedStates(List<Received> states) {
    this.states = states;
  }

  static ReceivedStates of(List<Received> states) {
    return new ReceivedStates(List.copyOf(states));
  }

  /** No states at all. */
  public static ReceivedStates none() {
    return new ReceivedStates(List.of());
  }

  /**
   * Reads states as they came.
   *
   * @param encoded each an encoded {@link ReplicatedState}
   * @throws IllegalArgumentException if one is not
   */
  public static ReceivedStates decode(List<ByteString> encoded) {
    List<Received> states = new ArrayList<>(encoded.size());
    try {
      for (ByteString each : encoded) {
        states.add(decode(ReplicatedState.parseFrom(each)));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("replicated state: " + e.getMessage(), e);
    }
    return new ReceivedStates(states);
  }

  private static Received decode(ReplicatedState state) throws InvalidProtocolBufferException {
    if (state.hasWipedAt()) {
      return new Received(null, Records.version(state.getWipedAt()), Map.of());
    }
    Group group = new Group(GroupKey.decode(state.getGroupingKey().toByteArray()));
    Records.readGroup(state.getGroup(), group);
    Map<String, byte[]> records = new HashMap<>();
    for (ByteString encoded : state.getFamiliesList()) {
      byte[] record = encoded.toByteArray();
      Family family = Records.readFamily(record, group.key);
      group.families.put(family);
      records.put(family.name(), record);
    }
    return new Received(group, null, records);
  }

  List<Received> states() {
    return states;
  }

  int size() {
    return states.size();
  }

  /** Whether merging them can take space; deletes, wipes and push times take next to none. */
  boolean haveFamilies() {
    return states.stream().anyMatch(state -> !state.records.isEmpty());
  }
}
