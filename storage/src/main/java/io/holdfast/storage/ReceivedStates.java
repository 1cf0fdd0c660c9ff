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
 * The states or changes of another node. The receiving thread reads and renders them, so that the
 * writer only merges and commits.
 */
public final class ReceivedStates {

  /**
   * The state of one group, deletes of many groups, or a wipe.
   *
   * @param group null for a wipe and for deletes
   * @param deletes floors of groups; null unless these are deletes of many groups
   * @param wipedAt null unless this is a wipe
   * @param records the encoded record of each family, by name
   */
  record Received(
      @Nullable Group group,
      @Nullable List<Group> deletes,
      @Nullable Version wipedAt,
      Map<String, byte[]> records) {}

  private final List<Received> states;

  private ReceivedStates(List<Received> states) {
    this.states = states;
  }

  static ReceivedStates of(List<Received> states) {
    return new ReceivedStates(List.copyOf(states));
  }

  /** Returns an object without states. */
  public static ReceivedStates none() {
    return new ReceivedStates(List.of());
  }

  /**
   * Reads encoded states.
   *
   * @param encoded each an encoded {@link ReplicatedState}
   * @throws IllegalArgumentException if one of them cannot be read
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
      return new Received(null, null, Records.version(state.getWipedAt()), Map.of());
    }
    if (state.hasDeletes()) {
      return new Received(null, DeletesMessage.read(state.getDeletes()), null, Map.of());
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
    return new Received(group, null, null, records);
  }

  List<Received> states() {
    return states;
  }

  int size() {
    return states.size();
  }

  /**
   * Returns whether a merge of the states can take space. Deletes, wipes and push times take almost
   * none.
   */
  boolean haveFamilies() {
    return states.stream().anyMatch(state -> !state.records.isEmpty());
  }
}
