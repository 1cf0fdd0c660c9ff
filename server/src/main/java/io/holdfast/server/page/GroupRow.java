package io.holdfast.server.page;

import io.holdfast.storage.Exposition;
import io.holdfast.storage.GroupKey;
import io.holdfast.storage.GroupSize;
import io.holdfast.storage.GroupSummary;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A group as the list shows it.
 *
 * @param path see {@link GroupPath}
 * @param labels without the job
 * @param lastPush null if none ever succeeded
 * @param lastFailure null if none ever failed
 * @param reason of the last failure; null if it is not known
 * @param expiry null if the group does not expire
 */
record GroupRow(
    String path,
    String job,
    List<Label> labels,
    @Nullable Age lastPush,
    @Nullable Age lastFailure,
    boolean hasFailed,
    @Nullable String reason,
    @Nullable Age expiry,
    GroupSize size) {

  static GroupRow of(Exposition exposition, GroupSummary group, GroupSize size, Instant now) {
    SortedMap<String, String> labels = group.key().labels();
    return new GroupRow(
        GroupPath.of(labels),
        labels.getOrDefault("job", ""),
        others(group.key()),
        group.lastPush().map(then -> Age.of(then, now)).orElse(null),
        group.lastFailure().map(then -> Age.of(then, now)).orElse(null),
        !group.isLastPushSuccessful(),
        exposition.failureReason(group.key()).orElse(null),
        exposition.expiresAt(group.key()).map(then -> Age.of(then, now)).orElse(null),
        size);
  }

  static List<Label> others(GroupKey key) {
    return key.labels().entrySet().stream()
        .filter(label -> !label.getKey().equals("job"))
        .map(label -> new Label(label.getKey(), label.getValue()))
        .toList();
  }
}
