package io.holdfast.storage;

import java.util.TreeMap;

/** The group of a backup that holds one push. */
public final class RestoredPush {
  /** A time before that of all simulated nodes. */
  private static final long OLD_MILLIS = 1_600_000_000_000L;

  private RestoredPush() {}

  /** Returns the group, with versions of a store that is long gone. */
  public static RestoredGroup of(Change.Push push) {
    Version old = new Version(OLD_MILLIS << 16, 1);
    TreeMap<String, RestoredGroup.RestoredFamily> families = new TreeMap<>();
    push.families()
        .forEach(
            (name, content) ->
                families.put(
                    name, new RestoredGroup.RestoredFamily(content, push.receivedAtNanos(), old)));
    double seconds = push.receivedAtNanos() / 1e9;
    return new RestoredGroup(
        push.group(), new PushStamp(old, seconds, old, null, 0), null, families);
  }
}
