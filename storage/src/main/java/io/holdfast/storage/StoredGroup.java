package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * A group without its families.
 *
 * @param isLastPushSuccessful whether no push has failed since the last successful push
 * @param lastFailureReason why the last failed push failed, however long ago; null if none failed,
 *     or if the reason is unknown
 */
public record StoredGroup(
    GroupKey key, boolean isLastPushSuccessful, @Nullable String lastFailureReason) {}
